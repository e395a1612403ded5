package io.spackle.jobs.output;

import static org.apache.spark.sql.functions.broadcast;

import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;

/** Rows that are joined with others or used more than once. */
public final class Datasets {

  private static final long FEW = 200_000;

  private Datasets() {}

  /** Whether so many rows fit into the memory of every executor, as keys. */
  public static boolean areFew(long count) {
    return count <= FEW;
  }

  /** A few rows need not be shuffled for a join, nor what they are joined with. */
  public static Dataset<Row> hinted(Dataset<Row> rows, long count) {
    return areFew(count) ? broadcast(rows) : rows;
  }

  /** Writes rows and returns them as read back, so that they are not computed again. */
  public static Dataset<Row> stored(Dataset<Row> rows, Path path) {
    rows.write().mode(SaveMode.Overwrite).parquet(path.toString());
    return rows.sparkSession().read().schema(rows.schema()).parquet(path.toString());
  }
}
