package io.spackle.jobs.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.udf;

import io.spackle.jobs.driver.SparkSessions;
import io.spackle.jobs.lease.RunFiles;
import io.spackle.jobs.output.Datasets;
import io.spackle.jobs.output.MetaFiles;
import io.spackle.jobs.output.RowGroups;
import io.spackle.jobs.output.WorkFolder;
import io.spackle.quarantine.TaskRows;
import io.spackle.row.RowColumns;
import io.spackle.task.RowShapes;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.ForeachPartitionFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;

/**
 * The rows to process, in hidden files of the run: one per task. So a task needs nothing that
 * another executor holds, and the loss of an executor costs its own tasks only.
 *
 * @param folder of the files
 * @param meta the output's folder of meta files
 * @param schema of the rows
 */
record WorkFiles(Path folder, Path meta, String run, StructType schema) implements Serializable {

  private static final String FOLDER = "work";
  private static final String SHAPE = "_spackle_shape";

  /** More than any file has. Each file must be read by a task of its own. */
  private static final String ONE_FILE = "1t";

  /** Limits the memory of the driver, which tracks every task. */
  private static final int MAX_TASKS = 100_000;

  /** Deals rows to tasks and writes them. */
  static WorkFiles write(Dataset<Row> rows, JobPlan plan, WorkFolder to, RunFiles files)
      throws IOException {
    Dataset<Row> shaped =
        rows.withColumn(
                SHAPE, udf(new RowShapes(plan.settings()), RowShapes.TYPE).apply(struct(col("*"))))
            .persist(StorageLevel.DISK_ONLY());
    try {
      Dataset<Row> dealt = dealt(shaped, plan.conf().output().rows().perFile());
      WorkFiles work =
          new WorkFiles(
              new Path(to.path(), FOLDER), plan.output().meta(), files.run(), dealt.schema());
      work.write(dealt, files);
      return work;
    } finally {
      shaped.unpersist();
    }
  }

  private static Dataset<Row> dealt(Dataset<Row> shaped, int rowsPerFile) {
    String bucket = SHAPE + "." + RowShapes.BUCKET;
    List<Deal.Bucket> buckets =
        shaped
            .groupBy(col(bucket))
            .agg(count(lit(1)), sum(SHAPE + "." + RowShapes.WORK))
            .collectAsList()
            .stream()
            .map(row -> new Deal.Bucket(row.getInt(0), row.getLong(1), row.getDouble(2)))
            .toList();
    long count = buckets.stream().mapToLong(Deal.Bucket::rows).sum();
    long perTask = Math.max(rowsPerFile, (count + MAX_TASKS - 1) / MAX_TASKS);
    int slots = shaped.sparkSession().sparkContext().defaultParallelism();
    Deal deal = Deal.of(buckets, tasks(count, perTask, slots), perTask);
    StructType schema = shaped.drop(SHAPE).schema().add(RowColumns.TASK, DataTypes.IntegerType);
    JavaRDD<Row> numbered =
        inOrder(shaped, count, col(bucket), col(RowColumns.LINE))
            .javaRDD()
            .zipWithIndex()
            .map(row -> dealt(row._1(), row._2(), deal));
    return shaped.sparkSession().createDataFrame(numbered, schema);
  }

  /** A few rows are sorted by one task, which spares two jobs. */
  private static Dataset<Row> inOrder(Dataset<Row> rows, long count, Column... order) {
    return Datasets.areAHandful(count)
        ? rows.coalesce(1).sortWithinPartitions(order)
        : rows.orderBy(order);
  }

  /** Enough tasks for so many rows that no slot is idle. */
  static int tasks(long rows, long rowsPerTask, int slots) {
    long byRows = (rows + rowsPerTask - 1) / rowsPerTask;
    return (int) Math.max(1, Math.max(byRows, Math.min(rows, slots)));
  }

  private static Row dealt(Row shaped, long index, Deal deal) {
    Object[] values = new Object[shaped.length()];
    for (int i = 0; i < values.length - 1; i++) {
      values[i] = shaped.get(i);
    }
    int bucket = shaped.getStruct(values.length - 1).getInt(0);
    values[values.length - 1] = deal.task(bucket, index);
    return RowFactory.create(values);
  }

  private void write(Dataset<Row> dealt, RunFiles driver) throws IOException {
    driver.files().makeFolder(folder);
    MetaFiles format = MetaFiles.of(dealt.sparkSession(), schema);
    ForeachPartitionFunction<Row> writing =
        rows -> {
          RunFiles files = format.files(meta, run);
          RowGroups.forEach(
              rows,
              RowColumns.TASK,
              (task, group) -> format.write(group, new Path(folder, name((int) task)), files));
        };
    dealt
        .repartition(col(RowColumns.TASK))
        .sortWithinPartitions(RowColumns.TASK, RowColumns.LINE)
        .foreachPartition(writing);
  }

  /** The rows, each file in a partition of its own, which no shuffle precedes. */
  Dataset<Row> rows(SparkSession spark) {
    SparkSession reading = spark.newSession();
    reading.conf().set("spark.sql.files.maxPartitionBytes", ONE_FILE);
    reading.conf().set("spark.sql.files.openCostInBytes", ONE_FILE);
    SparkSessions.interpretExpressions(reading.conf()::set);
    // Row by row: some have whole images as text.
    reading.conf().set("spark.sql.parquet.enableVectorizedReader", false);
    return reading.read().schema(schema).parquet(folder.toString());
  }

  /** All rows of a task. */
  TaskRows task(int task, RunFiles files) throws IOException {
    return new TaskRows(
        "%s-%d".formatted(run, task),
        MetaFiles.texts(files.files(), new Path(folder, name(task)), RowColumns.KEY));
  }

  private static String name(int task) {
    return "%06d.parquet".formatted(task);
  }
}
