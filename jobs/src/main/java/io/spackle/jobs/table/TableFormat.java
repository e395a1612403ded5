package io.spackle.jobs.table;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.RuntimeConfig;

/**
 * A table format. Users provide its runtime, which is called through Spark only: nothing here is
 * compiled against it.
 */
public enum TableFormat {
  ICEBERG(
      "org.apache.iceberg.spark.SparkCatalog",
      "org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:1.12.0",
      Optional.empty()),
  DELTA(
      "org.apache.spark.sql.delta.catalog.DeltaCatalog",
      "io.delta:delta-spark_4.1_2.13:4.4.0",
      Optional.of("io.delta.sql.DeltaSparkSessionExtension"));

  private static final String EXTENSIONS = "spark.sql.extensions";

  private final String catalog;
  private final String artifact;
  private final Optional<String> extension;

  /**
   * @param catalog class of the format's Spark catalog
   * @param artifact Maven coordinates of the runtime, for {@code --packages}
   * @param extension class of a Spark SQL extension, if changing rows needs it
   */
  TableFormat(String catalog, String artifact, Optional<String> extension) {
    this.catalog = catalog;
    this.artifact = artifact;
    this.extension = extension;
  }

  /** The name of the format in Spark SQL. */
  String provider() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What this Spark is missing to write tables of a catalog in this format, and what to do. */
  List<String> missing(String catalogName, SparkContext spark, RuntimeConfig conf) {
    if (!isOnClassPath()) {
      return List.of(
          "spackle.output.table-format is %s, whose runtime is not on the class path: add --packages %s to spark-submit%s"
              .formatted(provider(), artifact, versionHint(spark)));
    }
    String key = "spark.sql.catalog." + catalogName;
    if (conf.getOption(key).isEmpty()) {
      return List.of(
          "spackle.output.table is in the catalog %s, which this Spark does not know: add --conf %s=%s to spark-submit, and the settings of that catalog"
              .formatted(catalogName, key, catalog));
    }
    return extension
        .filter(needed -> !conf.get(EXTENSIONS, "").contains(needed))
        .map(
            needed ->
                "spackle.output.table-format is %s, which needs an extension of Spark SQL: add --conf %s=%s to spark-submit"
                    .formatted(provider(), EXTENSIONS, needed))
        .stream()
        .toList();
  }

  private static String versionHint(SparkContext spark) {
    return spark.version().startsWith("4.1.")
        ? ""
        : ", or the one for this Spark " + spark.version();
  }

  private boolean isOnClassPath() {
    try {
      Class.forName(catalog, false, Thread.currentThread().getContextClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
