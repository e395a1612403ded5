package io.spackle.jobs.run;

import io.spackle.jobs.manifest.KeyedRows;
import io.spackle.jobs.output.MetaWriter;
import io.spackle.jobs.output.OutputFolder;
import io.spackle.jobs.output.TaskPublishProtocol;
import io.spackle.row.RowColumns;
import io.spackle.task.InpaintPartition;
import io.spackle.task.TaskCounters;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Rows of a work list to images and published meta rows. */
final class InpaintPass {

  private final JobPlan plan;
  private final String run;
  private final TaskCounters counters;

  InpaintPass(JobPlan plan, String run, TaskCounters counters) {
    this.plan = plan;
    this.run = run;
    this.counters = counters;
  }

  /** Does the rows that have no meta row yet, each task's published as soon as it is done. */
  void add(WorkList work) throws IOException {
    Dataset<Row> rows = work.added();
    long count = work.count() - work.replacingCount();
    // Without rows Spark still writes an empty file, so that the table can always be read.
    if (count > 0 || plan.output().published(OutputFolder.ALL).isEmpty()) {
      Dataset<Row> spread = KeyedRows.spread(rows, tasks(rows, count), RowColumns.KEY);
      InpaintPartition stage = stage(spread.schema(), RowColumns.KEY);
      MetaWriter.append(
          spread.mapPartitions(stage, Encoders.row(stage.schema())), run, plan.output().meta());
    }
  }

  /**
   * Does the rows whose meta rows replace others. All of a file go to one task, and with them what
   * else the file holds: so a row's old and new meta row change places in one step.
   */
  void replace(WorkList work) {
    Dataset<Row> rows = work.replacing();
    long count = work.replacingCount();
    if (count > 0) {
      int tasks = tasks(rows, count);
      Dataset<Row> spread = KeyedRows.spread(rows, tasks, TaskPublishProtocol.REPLACED);
      Dataset<Row> kept =
          work.kept().repartition(tasks, functions.col(TaskPublishProtocol.REPLACED));
      MetaWriter.replace(zipped(spread, kept), run, plan.output().meta());
    }
  }

  private Dataset<Row> zipped(Dataset<Row> rows, Dataset<Row> kept) {
    InpaintPartition stage = stage(rows.schema(), TaskPublishProtocol.REPLACED);
    StructType schema = union(stage.schema(), kept.schema());
    int width = schema.length();
    JavaRDD<Row> meta =
        rows.javaRDD()
            .zipPartitions(
                kept.select(columns(schema, kept.schema())).javaRDD(),
                (toDo, done) -> new Chain(widened(stage.call(toDo), width), done));
    SparkSession spark = rows.sparkSession();
    return spark.createDataFrame(meta, schema);
  }

  private InpaintPartition stage(StructType rows, String dealtBy) {
    return new InpaintPartition(plan.settings(), rows, dealtBy, counters);
  }

  private int tasks(Dataset<Row> rows, long count) {
    int slots = rows.sparkSession().sparkContext().defaultParallelism();
    return KeyedRows.tasks(count, plan.conf().output().rowsPerFile(), slots);
  }

  /** The columns of new rows, and behind them what only older rows have. */
  private static StructType union(StructType made, StructType older) {
    StructType union = made;
    for (StructField field : older.fields()) {
      if (!has(made, field.name())) {
        union = union.add(field);
      }
    }
    return union;
  }

  /** Older rows in the form of the new. */
  private static Column[] columns(StructType schema, StructType older) {
    return Arrays.stream(schema.fields())
        .map(
            field ->
                (has(older, field.name())
                        ? functions.col("`" + field.name().replace("`", "``") + "`")
                        : functions.lit(null))
                    .cast(field.dataType())
                    .as(field.name()))
        .toArray(Column[]::new);
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

  /** One after the other; the second is not touched before the first has ended. */
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
