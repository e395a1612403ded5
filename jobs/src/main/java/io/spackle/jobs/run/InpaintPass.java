package io.spackle.jobs.run;

import io.spackle.jobs.lease.RunFiles;
import io.spackle.jobs.manifest.KeyedRows;
import io.spackle.jobs.output.AddedFiles;
import io.spackle.jobs.output.MetaFiles;
import io.spackle.jobs.output.OutputFolder;
import io.spackle.jobs.output.ReplacedFiles;
import io.spackle.row.RowColumns;
import io.spackle.task.InpaintPartition;
import io.spackle.task.TaskCounters;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.function.Function;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction2;
import org.apache.spark.api.java.function.ForeachPartitionFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** The processing of a work list: its rows become images and published meta rows. */
final class InpaintPass {

  /** What a replaced file counts at least, so that a task has a few of them. */
  private static final long ROWS_PER_REPLACED_FILE = 16;

  private final JobPlan plan;
  private final String run;
  private final TaskCounters counters;

  InpaintPass(JobPlan plan, String run, TaskCounters counters) {
    this.plan = plan;
    this.run = run;
    this.counters = counters;
  }

  /** Processes the rows without a meta row. */
  void add(WorkList work, RunFiles files) throws IOException {
    Dataset<Row> rows = work.added();
    long count = work.count() - work.replacingCount();
    Path meta = plan.output().meta();
    String name = run;
    if (count > 0) {
      Dataset<Row> spread = KeyedRows.spread(rows, tasks(rows, count), RowColumns.KEY);
      InpaintPartition inpaint = inpaint(spread.schema(), RowColumns.KEY);
      MetaFiles format = MetaFiles.of(rows.sparkSession(), inpaint.schema());
      ForeachPartitionFunction<Row> task =
          pending -> {
            int partition = TaskContext.getPartitionId();
            inpaint.run(pending, () -> AddedFiles.of(format, meta, name, partition));
          };
      spread.foreachPartition(task);
    } else if (plan.output().published(OutputFolder.ALL).isEmpty()) {
      StructType schema = inpaint(rows.schema(), RowColumns.KEY).schema();
      AddedFiles.addEmpty(MetaFiles.of(rows.sparkSession(), schema), meta, run, files);
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
      Column file = functions.col(MetaFiles.REPLACED);
      // A task holds the rows that stay in memory, so it must not have too many files.
      int tasks =
          tasks(rows, Math.max(count, ROWS_PER_REPLACED_FILE * work.replacedFiles().size()));
      Dataset<Row> spread =
          rows.repartition(tasks, file).sortWithinPartitions(file, functions.col(RowColumns.LINE));
      replace(spread, work.kept().repartition(tasks, file));
    }
  }

  private void replace(Dataset<Row> rows, Dataset<Row> kept) {
    InpaintPartition inpaint = inpaint(rows.schema(), MetaFiles.REPLACED);
    StructType schema = union(inpaint.schema(), kept.drop(MetaFiles.REPLACED).schema());
    MetaFiles format = MetaFiles.of(rows.sparkSession(), schema);
    Column[] columns = columns(schema.add(MetaFiles.REPLACED, "string"), kept.schema());
    Path meta = plan.output().meta();
    String name = run;
    FlatMapFunction2<Iterator<Row>, Iterator<Row>, Row> task =
        (pending, unchanged) -> {
          inpaint.run(pending, () -> ReplacedFiles.of(format, meta, name, unchanged));
          return Collections.emptyIterator();
        };
    rows.javaRDD().zipPartitions(kept.select(columns).javaRDD(), task).count();
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
}
