package io.spackle.jobs;

import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RuntimeConfig;
import org.apache.spark.sql.SaveMode;

/**
 * Writes rows so that each task's appear as soon as it is done, see {@link TaskPublishProtocol}.
 */
final class MetaTable {

  private static final String PROTOCOL = "spark.sql.sources.commitProtocolClass";

  private MetaTable() {}

  /**
   * Computes and appends rows.
   *
   * @param run names the files; two writes of one name are one
   */
  static void append(Dataset<Row> rows, String run, Path folder) {
    RuntimeConfig conf = rows.sparkSession().conf();
    conf.set(PROTOCOL, TaskPublishProtocol.class.getName());
    try {
      rows.write()
          .mode(SaveMode.Append)
          .option(TaskPublishProtocol.RUN, run)
          .parquet(folder.toString());
    } finally {
      conf.unset(PROTOCOL); // other writes of the session are no concern of ours
    }
  }
}
