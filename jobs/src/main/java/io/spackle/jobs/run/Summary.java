package io.spackle.jobs.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a command ended.
 *
 * @param rows of the manifest
 * @param skipped rows that an older run had done
 * @param elapsed from the start of the command
 * @param output location, or null where none is known
 */
public record Summary(
    ExitCode exit, long rows, long skipped, RunStatistics tally, Duration elapsed, String output) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Nothing was done. */
  public static Summary nothing(ExitCode exit, String output, Duration elapsed) {
    return new Summary(exit, 0, 0, new RunStatistics(0, 0, 0, Map.of()), elapsed, output);
  }

  /** The closing line of a command: the same keys, whatever happened. */
  public String line() {
    return json(fields());
  }

  /**
   * The content of summary.json.
   *
   * @param more keys that the closing line has not
   */
  String file(Map<String, Object> more) {
    Map<String, Object> all = fields();
    all.put("errors", tally.errors());
    all.putAll(more);
    return write(JSON.copy().enable(SerializationFeature.INDENT_OUTPUT), all) + "\n";
  }

  private Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    double seconds = elapsed.toMillis() / 1000.0;
    fields.put("status", exit.status());
    fields.put("rows", rows);
    fields.put("succeeded", tally.succeeded());
    fields.put("failed", tally.failed());
    fields.put("skipped", skipped);
    fields.put("images", tally.images());
    fields.put("seconds", rounded(seconds));
    fields.put("images_per_second", rounded(seconds > 0 ? tally.images() / seconds : 0));
    fields.put("output", output);
    return fields;
  }

  /** To thousandths. */
  public static BigDecimal rounded(double value) {
    return BigDecimal.valueOf(value).setScale(3, RoundingMode.HALF_UP);
  }

  /** Fields as one line of JSON. */
  public static String json(Map<String, Object> fields) {
    return write(JSON, fields);
  }

  private static String write(ObjectMapper mapper, Map<String, Object> fields) {
    try {
      return mapper.writeValueAsString(fields);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("numbers and texts are JSON", e);
    }
  }
}
