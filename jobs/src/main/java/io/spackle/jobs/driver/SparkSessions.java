package io.spackle.jobs.driver;

import io.spackle.jobs.files.HadoopOptions;
import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/** Spark sessions of commands: what spark-submit says counts, what it leaves open is set here. */
public final class SparkSessions {

  private SparkSessions() {}

  /** The session of this JVM, with options for Hadoop. */
  public static SparkSession open(HadoopOptions hadoop) {
    SparkConf given = new SparkConf();
    SparkConf prepared = prepared(given.clone());
    // Spark reads what spark-submit left in the system properties a second time.
    amounts(given).filter(key -> !prepared.contains(key)).forEach(System::clearProperty);
    SparkSession session = SparkSession.builder().config(prepared).getOrCreate();
    hadoop.setIn(session.sparkContext().hadoopConfiguration(), session.sparkContext().getConf());
    return session;
  }

  /** Stops Spark, if it runs. */
  public static void stop() {
    if (SparkSession.getDefaultSession().isDefined()) {
      SparkSession.getDefaultSession().get().stop();
    }
  }

  static SparkConf prepared(SparkConf conf) {
    conf.setIfMissing("spark.master", "local[*]");
    conf.setIfMissing("spark.app.name", "Spackle");
    conf.setIfMissing("spark.ui.showConsoleProgress", "false"); // we tell the progress
    conf.setIfMissing("spark.sql.debug.maxToStringFields", "200"); // else it warns of our columns
    // Each row that kills its executor costs the tasks there one try, once it is alone: a few such
    // rows must not end the job. Faults of the job itself take little time to come back.
    conf.setIfMissing("spark.task.maxFailures", "16");
    // Spark sorts the rows of a task in pages of up to 64 MiB, which they hold to its end: far more
    // than a hundred manifest rows take, and the heap is for images.
    conf.setIfMissing("spark.buffer.pageSize", "2m");
    // Below it each task of a shuffle writes a file per partition and joins them then: 49,000 files
    // to compare the meta rows of a million images with their manifest.
    conf.setIfMissing("spark.shuffle.sort.bypassMergeThreshold", "16");
    // Tables get their commits while rows are painted: those jobs have a pool of their own.
    conf.setIfMissing("spark.scheduler.mode", "FAIR");
    String master = conf.get("spark.master");
    if (master.startsWith("local") && !master.startsWith("local-cluster")) {
      conf.setIfMissing("spark.executor.heartbeatInterval", "2s"); // carries the progress
      // No GPUs are handed out there: a task that asks for one would wait for ever.
      amounts(conf).forEach(conf::remove);
    }
    return conf;
  }

  private static Stream<String> amounts(SparkConf conf) {
    return Arrays.stream(conf.getAll())
        .map(Tuple2::_1)
        .filter(key -> key.matches("spark\\.(task|executor)\\.resource\\..*"));
  }
}
