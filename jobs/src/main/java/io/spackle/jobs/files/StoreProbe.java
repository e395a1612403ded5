package io.spackle.jobs.files;

import io.spackle.conf.ConfFile;
import io.spackle.conf.Problems;
import io.spackle.source.Connectors;
import java.io.IOException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.s3a.UnknownStoreException;

/**
 * A check that S3 locations can be reached, made before anything else and with few retries. A run
 * itself retries for minutes, which is too long to find out about a mistyped endpoint.
 */
public final class StoreProbe {

  private static final Map<String, String> FEW_RETRIES =
      Map.of(
          "fs.s3a.retry.limit", "1",
          "fs.s3a.attempts.maximum", "0",
          "fs.s3a.connection.establish.timeout", "15s", // the minimum of S3A
          "fs.s3a.connection.timeout", "10s");

  private StoreProbe() {}

  /**
   * Returns why locations cannot be reached; locations outside S3 are not checked.
   *
   * @param locations by their configuration keys
   */
  public static List<String> problems(Map<String, String> locations, Configuration hadoop) {
    List<String> problems = new ArrayList<>();
    locations.forEach(
        (key, location) -> {
          if (isOnS3(location)) {
            Connectors.missing("s3a", hadoop)
                .ifPresentOrElse(
                    problem -> problems.add(cannotBeReached(key, location, problem)),
                    () -> check(key, location, hadoop, problems));
          }
        });
    return problems;
  }

  /** The message of an exception of a location's file system, with advice if it is on S3. */
  public static String explain(String location, IOException e) {
    return Problems.firstLine(e) + (isOnS3(location) ? advice(e) : "");
  }

  private static boolean isOnS3(String location) {
    return location.startsWith("s3a:");
  }

  private static void check(
      String key, String location, Configuration hadoop, List<String> problems) {
    Configuration fewRetries = new Configuration(hadoop);
    FEW_RETRIES.forEach(fewRetries::set);
    URI uri = new Path(location).toUri();
    // A new instance, because the JVM caches the one with the retries of a run.
    try (FileSystem fileSystem = FileSystem.newInstance(uri, fewRetries)) {
      fileSystem.exists(new Path(location));
    } catch (IOException e) {
      problems.add(cannotBeReached(key, location, explain(location, e)));
    }
  }

  private static String cannotBeReached(String key, String location, String reason) {
    return "%s.%s %s cannot be reached: %s".formatted(ConfFile.ROOT, key, location, reason);
  }

  private static String advice(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "; expected credentials that may read, put and delete there: check AWS_ACCESS_KEY_ID"
          + " and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, spark.hadoop.fs.s3a.*, and the bucket's"
          + " policy";
    }
    if (e instanceof UnknownStoreException) {
      return "; expected a bucket of that name: correct the name or fs.s3a.endpoint and"
          + " fs.s3a.endpoint.region in spackle.hadoop.options, or create it";
    }
    return "; expected an S3 server that answers: check fs.s3a.endpoint and"
        + " fs.s3a.endpoint.region in spackle.hadoop.options, and the network";
  }
}
