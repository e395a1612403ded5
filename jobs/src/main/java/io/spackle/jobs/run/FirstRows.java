package io.spackle.jobs.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import io.spackle.conf.Problems;
import io.spackle.jobs.driver.SparkSessions;
import io.spackle.jobs.manifest.ManifestColumns;
import io.spackle.jobs.output.OutputFolder;
import io.spackle.row.ErrorCode;
import io.spackle.row.Redaction;
import io.spackle.row.RowColumns;
import io.spackle.task.RowValidation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The check of the first rows' locations. If none of them can lead to a file, a key of the
 * configuration is missing or wrong: the job is refused, rather than recording each row as failed.
 */
final class FirstRows {

  /** Enough that a few rows with wrong locations do not refuse a job. */
  private static final int ROWS = 100;

  /** Where the locations of a row lead. */
  private enum Kind {
    /** To a place that only manifest.base can tell. */
    RELATIVE,
    FILE,
    OTHER
  }

  private final JobPlan plan;
  private final List<Row> rows;

  private FirstRows(JobPlan plan, List<Row> rows) {
    this.plan = plan;
    this.rows = rows;
  }

  /** Adds the reason why none of the first rows can be read, if that is so. */
  static void check(SparkSession spark, JobPlan plan, Problems problems) {
    SparkSessions.describeJobs(spark, "check the locations of the first rows");
    Dataset<Row> first =
        plan.manifest()
            .rows()
            .limit(ROWS)
            .withColumns(
                Map.of(
                    RowColumns.KEY, lit(""), // locations do not depend on it
                    RowColumns.DUPLICATE, lit(false),
                    RowValidation.STATE, kind(plan.manifest().rows())));
    List<Row> checked =
        first
            .mapPartitions(new RowValidation(plan.settings()), Encoders.row(RowValidation.SCHEMA))
            .collectAsList()
            .stream()
            .sorted(Comparator.comparing(row -> row.<Long>getAs("line")))
            .toList();
    if (!checked.isEmpty()) {
      new FirstRows(plan, checked).check(problems);
    }
  }

  private static Column kind(Dataset<Row> manifest) {
    Column isRelative = lit(false);
    Column isFile = lit(true);
    for (String name : List.of(RowColumns.INIT_IMAGE, RowColumns.MASK_IMAGE)) {
      if (RowColumns.has(manifest.schema(), name)) {
        isRelative = isRelative.or(ManifestColumns.isRelative(col(name)));
        isFile = isFile.and(col(name).rlike("^(/|(?i)file:)"));
      }
    }
    return when(isRelative, Kind.RELATIVE.name())
        .when(isFile, Kind.FILE.name())
        .otherwise(Kind.OTHER.name());
  }

  private void check(Problems problems) {
    if (all(Kind.RELATIVE, ErrorCode.URL_INVALID) && plan.conf().manifest().base() == null) {
      problems.add(
          "spackle.manifest.base is not set, and the locations of the first rows are relative: set it"
              + " to their folder, such as manifest.base = \".\" for that of the configuration"
              + example());
    } else if (all(Kind.FILE, ErrorCode.URL_FORBIDDEN)
        && plan.conf().tasks().fetch().allow().files().isEmpty()
        && isFirstRun()) {
      problems.add(
          "spackle.fetch.allow-files is not set, and the locations of the first rows are files"
              + example());
    } else if (all(Kind.FILE, ErrorCode.FETCH_NOT_FOUND) && isFirstRun()) {
      problems.add("no file of the first rows exists: check their locations" + base() + example());
    }
  }

  private boolean all(Kind kind, ErrorCode code) {
    return rows.stream()
        .allMatch(
            row ->
                kind.name().equals(row.getAs(RowValidation.STATE))
                    && code.name().equals(row.getAs("code")));
  }

  /** Once an output has results, the files of finished rows may be gone. */
  private boolean isFirstRun() {
    try {
      return plan.conf().output().mode() == OutputFolder.Mode.OVERWRITE || !plan.output().hasRows();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String base() {
    String base = plan.conf().manifest().base();
    return base == null ? "" : " and spackle.manifest.base, which is " + Redaction.redacted(base);
  }

  private String example() {
    Row first = rows.get(0);
    return " (line %s, %s: %s)"
        .formatted(
            first.<Long>getAs("line"), first.<String>getAs("id"), first.<String>getAs("message"));
  }
}
