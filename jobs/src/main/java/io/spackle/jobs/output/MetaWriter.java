package io.spackle.jobs.output;

import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RuntimeConfig;
import org.apache.spark.sql.SaveMode;

/**
 * Writes rows so that each task's appear as soon as it is done, see {@link TaskPublishProtocol}.
 */
public final class MetaWriter {

  private static final String PROTOCOL = "spark.sql.sources.commitProtocolClass";

  private MetaWriter() {}

  /**
   * Computes and appends rows.
   *
   * @param run names the files; two writes of one name are one
   */
  public static void append(Dataset<Row> rows, String run, Path folder) {
    write(rows, run, folder);
  }

  /**
   * Computes rows and puts them in the place of older files.
   *
   * @param rows all that each file is to hold, with its name in {@link
   *     TaskPublishProtocol#REPLACED}; those of a file in one task
   */
  public static void replace(Dataset<Row> rows, String run, Path folder) {
    write(rows, run, folder, TaskPublishProtocol.REPLACED);
  }

  private static void write(Dataset<Row> rows, String run, Path folder, String... partitions) {
    RuntimeConfig conf = rows.sparkSession().conf();
    conf.set(PROTOCOL, TaskPublishProtocol.class.getName());
    try {
      rows.write()
          .mode(SaveMode.Append)
          .option(TaskPublishProtocol.RUN, run)
          .partitionBy(partitions)
          .parquet(folder.toString());
    } finally {
      conf.unset(PROTOCOL); // other writes of the session are no concern of ours
    }
  }
}
