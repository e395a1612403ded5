package io.spackle.sql;

import io.spackle.codec.ImageFormat;
import io.spackle.conf.ConfFile;
import io.spackle.conf.ConfReader;
import io.spackle.conf.Problems;
import io.spackle.conf.RefusedException;
import io.spackle.conf.ResolvedConf;
import io.spackle.conf.TaskConf;
import io.spackle.spark.HadoopConf;
import io.spackle.task.ImageInspector;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The keys of {@code conf/reference.conf} as a Spark session has them, {@code
 * spark.spackle.model.path} and so on, with what a caller sets over them.
 */
final class SessionConf {

  private static final String ROOT = ConfFile.ROOT + ".";
  private static final String IMAGE_FORMAT = "output.image-format";

  /** What concerns rows, whoever brings them; all other keys are those of jobs. */
  private static final Set<String> GROUPS =
      Set.of("model", "safety", "defaults", "prompt", "image", "fetch", "batch", "lane");

  private final SparkSession spark;
  private final Map<String, String> settings;

  private SessionConf(SparkSession spark, Map<String, String> settings) {
    this.spark = spark;
    this.settings = settings;
  }

  /**
   * The settings of a session.
   *
   * @param more key, with or without {@code spark.} and the root, to value
   */
  static SessionConf of(SparkSession spark, Map<String, String> more) {
    Map<String, String> settings = new TreeMap<>();
    CollectionConverters.asJava(spark.conf().getAll())
        .forEach(
            (key, value) -> {
              if (key.startsWith(ConfFile.SESSION + ROOT)) {
                settings.put(rooted(key), value);
              }
            });
    more.forEach((key, value) -> settings.put(rooted(key), value));
    return new SessionConf(spark, settings);
  }

  /**
   * All that decides what becomes of rows.
   *
   * @throws RefusedException with all problems
   */
  ResolvedConf setup() {
    record Read(TaskConf stage, ImageFormat format) {}
    Read read =
        read(
            reader ->
                new Read(TaskConf.of(reader), reader.choice(IMAGE_FORMAT, ImageFormat.class)));
    Problems problems = new Problems();
    ResolvedConf setup = ResolvedConf.of(read.stage(), read.format(), hadoop(), problems);
    problems.refuse();
    return setup;
  }

  /**
   * How images are looked at.
   *
   * @throws RefusedException with all problems
   */
  ImageInspector look() {
    HadoopConf hadoop = HadoopConf.of(hadoop());
    return read(
        reader -> new ImageInspector(TaskConf.fetch(reader), TaskConf.limits(reader), hadoop));
  }

  private <T> T read(Function<ConfReader, T> part) {
    List<String> ofJobs =
        settings.keySet().stream()
            .filter(SessionConf::isOfJobs)
            .map(key -> ConfFile.SESSION + key + " concerns jobs alone: take it out")
            .toList();
    if (!ofJobs.isEmpty()) {
      throw new RefusedException(ofJobs);
    }
    return ConfFile.ofSession(settings, part);
  }

  private Configuration hadoop() {
    return spark.sparkContext().hadoopConfiguration();
  }

  private static boolean isOfJobs(String rooted) {
    String key = rooted.substring(ROOT.length());
    boolean ofRows = GROUPS.contains(key.split("\\.", 2)[0]) || key.equals(IMAGE_FORMAT);
    return !ofRows && ConfFile.keys().contains(key);
  }

  private static String rooted(String key) {
    String plain =
        key.startsWith(ConfFile.SESSION) ? key.substring(ConfFile.SESSION.length()) : key;
    return plain.startsWith(ROOT) ? plain : ROOT + plain;
  }
}
