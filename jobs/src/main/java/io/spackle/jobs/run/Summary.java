package io.spackle.jobs.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The outcome of a run command.
 *
 * @param rows number of rows of the manifest
 * @param skipped rows that earlier runs had processed
 * @param changed number of processed rows whose input files were replaced since an earlier run
 * @param elapsed time since the start of the command
 * @param output location, or null if unknown
 */
public record Summary(
    ExitCode exit,
    long rows,
    Skipped skipped,
    long changed,
    RunStatistics statistics,
    Duration elapsed,
    String output) {

  /**
   * Rows that earlier runs had processed and that this one left as they are.
   *
   * @param rows their number
   * @param failures those among them that failed
   */
  record Skipped(long rows, Failures failures) {

    private Skipped plus(Skipped other) {
      return new Skipped(rows + other.rows, failures.plus(other.failures));
    }
  }

  private static final ObjectMapper JSON = new ObjectMapper();

  /** The outcome of a command that processed nothing. */
  public static Summary empty(ExitCode exit, String output, Duration elapsed) {
    Skipped none = new Skipped(0, Failures.NONE);
    return new Summary(exit, 0, none, 0, RunStatistics.NONE, elapsed, output);
  }

  /** The sum of this outcome and that of the batch after it, which says how it ended. */
  Summary plus(Summary batch) {
    return new Summary(
        batch.exit,
        rows + batch.rows,
        skipped.plus(batch.skipped),
        changed + batch.changed,
        statistics.plus(batch.statistics),
        elapsed.plus(batch.elapsed),
        output);
  }

  /** The same with another time since the start of the command. */
  public Summary lasting(Duration sinceStart) {
    return new Summary(exit, rows, skipped, changed, statistics, sinceStart, output);
  }

  /** The closing line of a command, whose keys are always the same. */
  public String line() {
    return json(fields());
  }

  /**
   * The content of summary.json.
   *
   * @param more entries besides those of the closing line
   */
  String file(Map<String, Object> more) {
    Map<String, Object> all = fields();
    all.put("errors", statistics.failures().counts());
    all.putAll(more);
    return write(JSON.copy().enable(SerializationFeature.INDENT_OUTPUT), all) + "\n";
  }

  /** The failed rows of this run and of earlier ones, and what to do, line by line. */
  List<String> failures() {
    List<String> lines = new ArrayList<>();
    if (statistics.failed() > 0) {
      long processed = statistics.succeeded() + statistics.failed();
      lines.add("Failed: %d of %d rows".formatted(statistics.failed(), processed));
      lines.addAll(statistics.failures().lines());
    }
    if (skipped.failures().rows() > 0) {
      lines.add("Failed in earlier runs and left: %d".formatted(skipped.failures().rows()));
      lines.addAll(skipped.failures().lines());
    }
    return lines;
  }

  /** What an interrupted run has done, as one sentence. */
  String interruption() {
    long done = skipped.rows() + statistics.succeeded() + statistics.failed();
    return "Interrupted: %d of %d rows are done; run the same command again to process the rest."
        .formatted(done, rows);
  }

  private Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    double seconds = elapsed.toMillis() / 1000.0;
    fields.put("status", exit.status());
    fields.put("rows", rows);
    fields.put("succeeded", statistics.succeeded());
    fields.put("failed", statistics.failed());
    fields.put("skipped", skipped.rows());
    fields.put("failed_before", skipped.failures().rows());
    fields.put("changed_inputs", changed);
    fields.put("unmasked", statistics.unmasked());
    fields.put("images", statistics.images());
    fields.put("seconds", rounded(seconds));
    fields.put("images_per_second", rounded(seconds > 0 ? statistics.images() / seconds : 0));
    fields.put("output", output);
    return fields;
  }

  /** Rounds to thousandths. */
  public static BigDecimal rounded(double value) {
    return BigDecimal.valueOf(value).setScale(3, RoundingMode.HALF_UP);
  }

  /** Formats fields as one line of JSON. */
  public static String json(Map<String, Object> fields) {
    return write(JSON, fields);
  }

  private static String write(ObjectMapper mapper, Map<String, Object> fields) {
    try {
      return mapper.writeValueAsString(fields);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot format numbers and strings as JSON", e);
    }
  }
}
