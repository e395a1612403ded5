package io.spackle.source;

import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.util.VersionInfo;

/** The connectors through which Hadoop reads file systems, each a library of its own. */
public final class Connectors {

  private Connectors() {}

  /**
   * What is missing if the connector of a scheme is not on the class path, and the option of
   * spark-submit that brings it; empty if it is there.
   *
   * @param scheme as Hadoop names it, such as s3a
   */
  public static Optional<String> missing(String scheme, Configuration configuration) {
    try {
      FileSystem.getFileSystemClass(scheme, configuration);
      return Optional.empty();
    } catch (IOException | RuntimeException e) {
      return Optional.of(
          "no file system for %s is on the class path; ".formatted(scheme) + advice(scheme));
    }
  }

  private static String advice(String scheme) {
    return scheme.equals("s3a")
        ? "add hadoop-aws to spark-submit: --packages org.apache.hadoop:hadoop-aws:%s, or --jars with the files of cluster/s3 that mvn -Ps3 package leaves"
            .formatted(VersionInfo.getVersion())
        : "add its Hadoop connector to spark-submit with --packages or --jars";
  }
}
