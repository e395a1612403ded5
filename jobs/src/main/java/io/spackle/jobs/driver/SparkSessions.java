package io.spackle.jobs.driver;

import io.spackle.conf.RefusedException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.util.VersionInfo;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/**
 * The Spark session of a command: settings of spark-submit take precedence over those made here.
 */
public final class SparkSessions {

  private static final int ARRAY_HEADER_BYTES = 64;

  private SparkSessions() {}

  /**
   * Options of Hadoop's file systems. They may include credentials, so values are never printed.
   *
   * @param values by option name, such as {@code fs.s3a.endpoint}
   */
  public record HadoopOptions(Map<String, String> values) {

    private static final String SPARK_PREFIX = "spark.hadoop.";

    public HadoopOptions {
      values = Map.copyOf(values);
    }

    /** Sets the options, except those that spark-submit has set with {@code spark.hadoop.*}. */
    public void setIn(Configuration hadoop, SparkConf spark) {
      values.forEach(
          (name, value) -> {
            if (!spark.contains(SPARK_PREFIX + name)) {
              hadoop.set(name, value, "spackle.hadoop.options");
            }
          });
    }

    @Override
    public String toString() {
      return "HadoopOptions" + values.keySet();
    }
  }

  /**
   * Returns the session of this JVM, with options for Hadoop; starts Spark if needed.
   *
   * @throws RefusedException if Spark's Hadoop does not run on this version of Java
   */
  public static SparkSession open(HadoopOptions hadoop) {
    checkJava(UserGroupInformation::getCurrentUser);
    SparkConf given = new SparkConf();
    SparkConf prepared = prepared(given.clone());
    // Spark reads the system properties that spark-submit has set a second time.
    resourceAmounts(given).filter(key -> !prepared.contains(key)).forEach(System::clearProperty);
    SparkSession session = SparkSession.builder().config(prepared).getOrCreate();
    hadoop.setIn(session.sparkContext().hadoopConfiguration(), session.sparkContext().getConf());
    return session;
  }

  /**
   * Since Java 23 the method fails that Hadoop before 3.5 calls to find its user.
   *
   * @param user finds it
   */
  static void checkJava(Callable<?> user) {
    try {
      user.call();
    } catch (UnsupportedOperationException e) {
      throw new RefusedException(
          "Java %s found; Hadoop %s, which Spark %s brings, does not run on it: expected a JDK 17 or 21 (JAVA_HOME), or Spark 4.2 or later"
              .formatted(
                  Runtime.version().feature(),
                  VersionInfo.getVersion(),
                  org.apache.spark.package$.MODULE$.SPARK_VERSION()));
    } catch (Exception e) {
      throw new IllegalStateException("the user of this process cannot be found", e);
    }
  }

  /**
   * Settings of a session's queries that a command may change; when they are closed, the session,
   * which others may use, has those that it had before.
   */
  public static final class QuerySettings implements AutoCloseable {

    private final SparkSession session;
    private final Set<String> changed = new HashSet<>();

    public QuerySettings(SparkSession session) {
      this.session = session;
    }

    /**
     * Expects queries of few rows: most of their time goes into preparing them. Adaptive execution
     * makes each stage of a query a job of its own, whose size tells how to go on. Generated code
     * takes longer to compile than to interpret what it does. What is set already stays.
     */
    public void expectFewRows() {
      set("spark.sql.adaptive.enabled", "false");
      interpretExpressions(this::set);
      set(
          "spark.sql.shuffle.partitions",
          String.valueOf(session.sparkContext().defaultParallelism()));
    }

    /** Expects queries of any number of rows, as at first. */
    public void expectManyRows() {
      changed.forEach(session.conf()::unset);
      changed.clear();
    }

    private void set(String key, String value) {
      if (!session.conf().getAll().contains(key)) {
        session.conf().set(key, value);
        changed.add(key);
      }
    }

    @Override
    public void close() {
      expectManyRows();
    }
  }

  /**
   * Lets expressions be interpreted: code for them takes longer to compile than it saves where rows
   * are few, or where each takes seconds.
   *
   * @param settings receives keys and values
   */
  public static void interpretExpressions(BiConsumer<String, String> settings) {
    settings.accept("spark.sql.codegen.wholeStage", "false");
    settings.accept("spark.sql.codegen.factoryMode", "NO_CODEGEN");
  }

  /** Sets the description that Spark's UI shows for the jobs that this thread starts next. */
  public static void describeJobs(SparkSession spark, String description) {
    spark.sparkContext().setJobDescription("Spackle: " + description);
  }

  /** Stops Spark if it runs. */
  public static void stop() {
    if (SparkSession.getDefaultSession().isDefined()) {
      SparkSession.getDefaultSession().get().stop();
    }
  }

  static SparkConf prepared(SparkConf conf) {
    conf.setIfMissing("spark.master", "local[*]");
    conf.setIfMissing("spark.app.name", "Spackle");
    conf.setIfMissing("spark.ui.showConsoleProgress", "false"); // Spackle prints its own progress
    conf.setIfMissing("spark.sql.debug.maxToStringFields", "200"); // fewer than our columns warn
    // A row that crashes its executor costs the tasks there one attempt each, even once it runs
    // alone: a few such rows must not fail the job. Errors of the job itself recur quickly.
    conf.setIfMissing("spark.task.maxFailures", "16");
    // Each executor that is lost takes rows with it that planning, merging or a table has shuffled,
    // which costs one attempt of the stage. They are computed again: preemption must not end a run.
    conf.setIfMissing("spark.stage.maxConsecutiveAttempts", "10000");
    // Spark sorts the rows of a task in pages of up to 64 MiB, which it holds until the task ends:
    // far more than a hundred manifest rows need, and the heap is for images. A page is an array,
    // whose header must fit into its region of G1, too: 2 MiB of content alone would take two.
    conf.setIfMissing("spark.buffer.pageSize", ((2 << 20) - ARRAY_HEADER_BYTES) + "b");
    // Below this number of partitions each task of a shuffle writes a file per partition and merges
    // them: 49,000 files to compare the meta rows of a million images with their manifest.
    conf.setIfMissing("spark.shuffle.sort.bypassMergeThreshold", "16");
    // ONNX Runtime's telemetry, on by default on Linux, can crash an executor while it starts.
    conf.setIfMissing("spark.executorEnv.ORT_DISABLE_TELEMETRY", "1");
    // Commits to tables run during the inpainting: those jobs have a pool of their own.
    conf.setIfMissing("spark.scheduler.mode", "FAIR");
    String master = conf.get("spark.master");
    decommission(conf, master);
    if (master.startsWith("local") && !master.startsWith("local-cluster")) {
      conf.setIfMissing("spark.executor.heartbeatInterval", "2s"); // carries the progress
      // A local master assigns no GPUs: a task that requests one would wait forever.
      resourceAmounts(conf).forEach(conf::remove);
    }
    return conf;
  }

  /** An executor that is told to go keeps its tasks until they have published what they have. */
  private static void decommission(SparkConf conf, String master) {
    conf.setIfMissing("spark.decommission.enabled", "true");
    // Only then do tasks learn of it. Rows that it has shuffled or keeps move to others.
    conf.setIfMissing("spark.storage.decommission.enabled", "true");
    if (!master.startsWith("k8s:")) { // there, Spark's hook for the end of a pod sends SIGPWR
      conf.setIfMissing("spark.executor.decommission.signal", "TERM");
    }
  }

  private static Stream<String> resourceAmounts(SparkConf conf) {
    return Arrays.stream(conf.getAll())
        .map(Tuple2::_1)
        .filter(key -> key.matches("spark\\.(task|executor)\\.resource\\..*"));
  }
}
