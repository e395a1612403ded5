package io.spackle.jobs.run;

import io.spackle.jobs.manifest.KeyedRows;
import io.spackle.jobs.output.OutputFolder;
import io.spackle.jobs.output.TaskPublishProtocol;
import io.spackle.row.RowColumns;
import io.spackle.task.InpaintPartition;
import io.spackle.task.TaskCounters;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.function.Function;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** The processing of a work list: its rows become images and published meta rows. */
final class InpaintPass {

  private final JobPlan plan;
  private final String run;
  private final TaskCounters counters;

  InpaintPass(JobPlan plan, String run, TaskCounters counters) {
    this.plan = plan;
    this.run = run;
    this.counters = counters;
  }

  /** Processes the rows without a meta row; each task publishes its meta rows when it finishes. */
  void add(WorkList work) throws IOException {
    Dataset<Row> rows = work.added();
    long count = work.count() - work.replacingCount();
    // Even without rows Spark writes an empty file, so that the meta rows can always be read.
    if (count > 0 || plan.output().published(OutputFolder.ALL).isEmpty()) {
      Dataset<Row> spread = KeyedRows.spread(rows, tasks(rows, count), RowColumns.KEY);
      InpaintPartition inpaint = inpaint(spread.schema(), RowColumns.KEY);
      TaskPublishProtocol.append(
          spread.mapPartitions(inpaint, Encoders.row(inpaint.schema())), run, plan.output().meta());
    }
  }

  /**
   * Processes the rows whose meta rows replace older ones. All rows of a meta file go to one task,
   * together with the meta rows of that file that stay, so that old and new meta rows are exchanged
   * atomically.
   */
  void replace(WorkList work) {
    Dataset<Row> rows = work.replacing();
    long count = work.replacingCount();
    if (count > 0) {
      int tasks = tasks(rows, count);
      Dataset<Row> spread = KeyedRows.spread(rows, tasks, TaskPublishProtocol.REPLACED);
      Dataset<Row> kept =
          work.kept().repartition(tasks, functions.col(TaskPublishProtocol.REPLACED));
      TaskPublishProtocol.replace(zipped(spread, kept), run, plan.output().meta());
    }
  }

  /** New meta rows followed by the kept ones of the same files, partition by partition. */
  private Dataset<Row> zipped(Dataset<Row> rows, Dataset<Row> kept) {
    InpaintPartition inpaint = inpaint(rows.schema(), TaskPublishProtocol.REPLACED);
    StructType schema = union(inpaint.schema(), kept.schema());
    int width = schema.length();
    JavaRDD<Row> meta =
        rows.javaRDD()
            .zipPartitions(
                kept.select(columns(schema, kept.schema())).javaRDD(),
                (pending, unchanged) ->
                    new Chain(widened(inpaint.call(pending), width), unchanged));
    SparkSession spark = rows.sparkSession();
    return spark.createDataFrame(meta, schema);
  }

  private InpaintPartition inpaint(StructType rows, String partitionedBy) {
    return new InpaintPartition(plan.settings(), rows, partitionedBy, counters);
  }

  private int tasks(Dataset<Row> rows, long count) {
    int slots = rows.sparkSession().sparkContext().defaultParallelism();
    return KeyedRows.tasks(count, plan.conf().output().rows().perFile(), slots);
  }

  /** The columns of new rows, followed by those that only older rows have. */
  private static StructType union(StructType newer, StructType older) {
    StructType union = newer;
    for (StructField field : older.fields()) {
      if (!has(newer, field.name())) {
        union = union.add(field);
      }
    }
    return union;
  }

  /** The columns of a schema as expressions over older rows; null where those have none. */
  private static Column[] columns(StructType schema, StructType older) {
    return Arrays.stream(schema.fields())
        .map(field -> column(field, older, InpaintPass::quoted))
        .toArray(Column[]::new);
  }

  /**
   * A column or field as an expression; null where older rows have none. Structs are converted
   * field by field, since a cast would require as many fields.
   *
   * @param older the columns of the older rows, or the fields of one of their structs
   * @param value the expression of a column or field by its name
   */
  private static Column column(
      StructField field, StructType older, Function<String, Column> value) {
    if (!has(older, field.name())) {
      return functions.lit(null).cast(field.dataType()).as(field.name());
    }
    Column found = value.apply(field.name());
    if (field.dataType() instanceof StructType struct
        && type(older, field) instanceof StructType old) {
      Column[] fields =
          Arrays.stream(struct.fields())
              .map(inner -> column(inner, old, found::getField))
              .toArray(Column[]::new);
      return functions
          .when(found.isNotNull(), functions.struct(fields))
          .cast(struct)
          .as(field.name());
    }
    return found.cast(field.dataType()).as(field.name());
  }

  private static Column quoted(String name) {
    return functions.col("`" + name.replace("`", "``") + "`");
  }

  private static DataType type(StructType schema, StructField field) {
    return Arrays.stream(schema.fields())
        .filter(other -> other.name().equalsIgnoreCase(field.name()))
        .findFirst()
        .orElseThrow()
        .dataType();
  }

  private static boolean has(StructType schema, String name) {
    return Arrays.stream(schema.fieldNames()).anyMatch(name::equalsIgnoreCase);
  }

  private static Iterator<Row> widened(Iterator<Row> rows, int width) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return rows.hasNext();
      }

      @Override
      public Row next() {
        Row row = rows.next();
        Object[] values = new Object[width];
        for (int i = 0; i < row.length(); i++) {
          values[i] = row.get(i);
        }
        return RowFactory.create(values);
      }
    };
  }

  /** Two iterators in sequence; the second is not touched before the first is exhausted. */
  private record Chain(Iterator<Row> first, Iterator<Row> second) implements Iterator<Row> {

    @Override
    public boolean hasNext() {
      return first.hasNext() || second.hasNext();
    }

    @Override
    public Row next() {
      return first.hasNext() ? first.next() : second.next();
    }
  }
}
