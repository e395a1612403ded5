package io.spackle.sql;

import io.spackle.conf.ConfFile;
import io.spackle.conf.ConfReader;
import io.spackle.conf.MarkingConf;
import io.spackle.conf.Problems;
import io.spackle.conf.RefusedException;
import io.spackle.conf.ResolvedConf;
import io.spackle.conf.SessionGuard;
import io.spackle.conf.SessionGuard.Origin;
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
import scala.Tuple2;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The configuration in a Spark session: the keys of {@code conf/reference.conf} as {@code
 * spark.spackle.model.path} and so on, with the overrides of a caller.
 */
final class SessionConf {

  private static final String ROOT = ConfFile.ROOT + ".";
  private static final String CONNECT = "org.apache.spark.sql.connect.";

  private static final Set<String> OUTPUT_KEYS =
      Set.of(
          TaskConf.IMAGE_FORMAT,
          TaskConf.QUALITY,
          MarkingConf.METADATA,
          MarkingConf.PROVENANCE,
          MarkingConf.CERTIFICATES,
          MarkingConf.KEY);

  /** The groups of keys that apply to rows; all other keys apply to jobs only. */
  private static final Set<String> ROW_GROUPS =
      Set.of(
          "model",
          "safety",
          "defaults",
          "prompt",
          "reference",
          "image",
          "masks",
          "fetch",
          "batch",
          "lane",
          "quality");

  private final SparkSession spark;
  private final Map<String, String> settings;

  private SessionConf(SparkSession spark, Map<String, String> settings) {
    this.spark = spark;
    this.settings = settings;
  }

  /**
   * The settings of a session; those of the static Spark configuration guard some of them.
   *
   * @param overrides key, with or without {@code spark.} and the root, to value
   * @throws RefusedException if the session widens what they allow
   */
  static SessionConf of(SparkSession spark, Map<String, String> overrides) {
    Map<String, String> settings = ours(CollectionConverters.asJava(spark.conf().getAll()));
    overrides.forEach((key, value) -> settings.put(rooted(key), value));
    Map<String, String> fixed = new TreeMap<>();
    for (Tuple2<String, String> entry : spark.sparkContext().getConf().getAll()) {
      fixed.put(entry._1(), entry._2());
    }
    return new SessionConf(spark, SessionGuard.checked(settings, ours(fixed), origin()));
  }

  private static Map<String, String> ours(Map<String, String> settings) {
    Map<String, String> ours = new TreeMap<>();
    settings.forEach(
        (key, value) -> {
          if (key.startsWith(ConfFile.SESSION + ROOT)) {
            ours.put(rooted(key), value);
          }
        });
    return ours;
  }

  /** All that Spark Connect does for a client is called by a class of its package. */
  private static Origin origin() {
    boolean isRemote =
        StackWalker.getInstance()
            .walk(frames -> frames.anyMatch(frame -> frame.getClassName().startsWith(CONNECT)));
    return isRemote ? Origin.REMOTE : Origin.APPLICATION;
  }

  /** What the result of {@link #resolved} depends on, beside the files of the model. */
  Map<String, String> identity() {
    Map<String, String> all = new TreeMap<>(settings);
    all.put("application", spark.sparkContext().applicationId());
    return all;
  }

  /**
   * Reads the configuration and resolves it with its model.
   *
   * @throws RefusedException with all problems
   */
  ResolvedConf resolved() {
    TaskConf conf = read(TaskConf::of);
    Problems problems = new Problems();
    ResolvedConf resolved = ResolvedConf.of(conf, hadoop(), problems);
    problems.refuse();
    return resolved;
  }

  /**
   * The inspector of images.
   *
   * @throws RefusedException with all problems
   */
  ImageInspector inspector() {
    HadoopConf hadoop = HadoopConf.of(hadoop());
    return read(
        reader -> new ImageInspector(TaskConf.fetch(reader), TaskConf.limits(reader), hadoop));
  }

  private <T> T read(Function<ConfReader, T> part) {
    List<String> jobKeys =
        settings.keySet().stream()
            .filter(SessionConf::isForJobs)
            .map(key -> ConfFile.SESSION + key + " applies to jobs only: remove it")
            .toList();
    if (!jobKeys.isEmpty()) {
      throw new RefusedException(jobKeys);
    }
    return ConfFile.ofSession(settings, part);
  }

  private Configuration hadoop() {
    return spark.sparkContext().hadoopConfiguration();
  }

  private static boolean isForJobs(String rooted) {
    String key = rooted.substring(ROOT.length());
    boolean isForRows = ROW_GROUPS.contains(key.split("\\.", 2)[0]) || OUTPUT_KEYS.contains(key);
    return !isForRows && ConfFile.keys().contains(key);
  }

  private static String rooted(String key) {
    String unprefixed =
        key.startsWith(ConfFile.SESSION) ? key.substring(ConfFile.SESSION.length()) : key;
    return unprefixed.startsWith(ROOT) ? unprefixed : ROOT + unprefixed;
  }
}
