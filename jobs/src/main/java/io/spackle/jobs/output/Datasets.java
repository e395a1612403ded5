package io.spackle.jobs.output;

import static org.apache.spark.sql.functions.broadcast;

import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.storage.StorageLevel;

/** Rows that are joined with others or used more than once. */
public final class Datasets {

  private static final long FEW = 200_000;
  private static final long HANDFUL = 10_000;

  private Datasets() {}

  /** Whether so many rows are done in one task, and the driver can hold their keys. */
  public static boolean areAHandful(long count) {
    return count <= HANDFUL;
  }

  /** Whether so many rows fit into the memory of every executor, as keys. */
  public static boolean areFew(long count) {
    return count <= FEW;
  }

  /** A few rows need not be shuffled for a join, nor what they are joined with. */
  public static Dataset<Row> hinted(Dataset<Row> rows, long count) {
    return areFew(count) ? broadcast(rows) : rows;
  }

  /**
   * Computes rows once: a handful is kept by the driver, more are written and read back.
   *
   * @param most that there may be
   */
  public static Dataset<Row> stored(Dataset<Row> rows, long most, Path path) {
    return areAHandful(most) ? local(rows) : stored(rows, path);
  }

  /** Writes rows and returns them as read back, so that they are not computed again. */
  public static Dataset<Row> stored(Dataset<Row> rows, Path path) {
    rows.write().mode(SaveMode.Overwrite).parquet(path.toString());
    return rows.sparkSession().read().schema(rows.schema()).parquet(path.toString());
  }

  /**
   * Computes rows once: a handful is kept by the driver, more on the disks of the workers, until
   * they are unpersisted.
   *
   * @param most that there may be
   */
  public static Dataset<Row> onDisk(Dataset<Row> rows, long most) {
    if (areAHandful(most)) {
      return local(rows);
    }
    Dataset<Row> kept = rows.persist(StorageLevel.DISK_ONLY());
    kept.count();
    return kept;
  }

  private static Dataset<Row> local(Dataset<Row> rows) {
    return rows.sparkSession().createDataFrame(rows.collectAsList(), rows.schema());
  }
}
