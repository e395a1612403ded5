package io.spackle.jobs.files;

import io.spackle.conf.ConfFile;
import io.spackle.conf.Problems;
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
 * Whether S3 answers, asked before anything else with few retries: those of a run, which sit out
 * minutes of trouble, would keep whoever mistyped an endpoint waiting as long.
 */
public final class StoreProbe {

  private static final Map<String, String> IMPATIENT =
      Map.of(
          "fs.s3a.retry.limit", "1",
          "fs.s3a.attempts.maximum", "0",
          "fs.s3a.connection.establish.timeout", "15s", // the least that S3A takes
          "fs.s3a.connection.timeout", "10s");

  private StoreProbe() {}

  /**
   * Why locations cannot be reached; nothing for those that are not on S3.
   *
   * @param locations by their configuration keys
   */
  public static List<String> problems(Map<String, String> locations, Configuration hadoop) {
    List<String> problems = new ArrayList<>();
    locations.forEach(
        (key, location) -> {
          if (isOnS3(location)) {
            check(key, location, hadoop, problems);
          }
        });
    return problems;
  }

  /** What an exception of a location's file system says, and what to do about it on S3. */
  public static String told(String location, IOException e) {
    return Problems.firstLine(e) + (isOnS3(location) ? advice(e) : "");
  }

  private static boolean isOnS3(String location) {
    return location.startsWith("s3a:");
  }

  private static void check(
      String key, String location, Configuration hadoop, List<String> problems) {
    Configuration impatient = new Configuration(hadoop);
    IMPATIENT.forEach(impatient::set);
    URI uri = new Path(location).toUri();
    // Not the one that the JVM keeps: that one has the patience of a run.
    try (FileSystem fileSystem = FileSystem.newInstance(uri, impatient)) {
      fileSystem.exists(new Path(location));
    } catch (IOException e) {
      problems.add(
          "%s.%s %s cannot be reached: %s"
              .formatted(ConfFile.ROOT, key, location, told(location, e)));
    }
  }

  private static String advice(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "; expected credentials that may read, put and delete there: look at AWS_ACCESS_KEY_ID"
          + " and AWS_SECRET_ACCESS_KEY, at AWS_PROFILE, at spark.hadoop.fs.s3a.*, and at the"
          + " bucket's policy";
    }
    if (e instanceof UnknownStoreException) {
      return "; expected a bucket of that name: correct the name or fs.s3a.endpoint and"
          + " fs.s3a.endpoint.region in spackle.hadoop.options, or create it";
    }
    return "; expected an S3 server that answers: look at fs.s3a.endpoint and"
        + " fs.s3a.endpoint.region in spackle.hadoop.options, and at the network";
  }
}
