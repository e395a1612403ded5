package io.spackle.row;

import java.math.BigDecimal;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.apache.spark.sql.Row;

/**
 * The content key of a row: 32 hex digits that are the same wherever a row asks for the same
 * images.
 *
 * <p>Neither the order of columns nor the spelling of numbers and flags changes it ({@code "512"},
 * {@code 512} and {@code 512.0} are one), nor do columns that do not shape the images (key,
 * webhook, track_id, further ones).
 */
public final class RowKey {

  private static final int DIGITS = 32;
  private static final int SEED_DIGITS = 8;

  /** The text of a malformed line stands in for the columns that it did not yield. */
  private static final List<String> TEXTS =
      List.of(
          RowColumns.ID,
          RowColumns.INIT_IMAGE,
          RowColumns.MASK_IMAGE,
          RowColumns.PROMPT,
          RowColumns.NEGATIVE_PROMPT,
          RowColumns.SCHEDULER,
          RowColumns.REFERENCE_IMAGE,
          RowColumns.EXCLUDE_IMAGE,
          RowColumns.CORRUPT);

  /** The only texts that, empty, are not none. */
  private static final Set<String> PROMPTS = Set.of(RowColumns.PROMPT, RowColumns.NEGATIVE_PROMPT);

  private static final List<String> NUMBERS =
      List.of(
          RowColumns.WIDTH,
          RowColumns.HEIGHT,
          RowColumns.SAMPLES,
          RowColumns.STEPS,
          RowColumns.GUIDANCE_SCALE,
          RowColumns.STRENGTH,
          RowColumns.PROMPT_STRENGTH,
          RowColumns.SEED);

  private static final List<String> FLAGS =
      List.of(RowColumns.ENHANCE_PROMPT, RowColumns.SAFETY_CHECKER, RowColumns.USE_KARRAS_SIGMAS);

  private RowKey() {}

  /**
   * The key of a row in a job.
   *
   * @param row with its schema; may be used in a Spark UDF over a struct of the manifest's columns
   * @param jobDigest of all that shapes images beside the row: the model's digest and the settings
   */
  public static String of(Row row, String jobDigest) {
    var content = new StringBuilder();
    add(content, "job", jobDigest);
    TEXTS.forEach(column -> add(content, row, column, String::valueOf));
    NUMBERS.forEach(column -> add(content, row, column, RowKey::number));
    FLAGS.forEach(column -> add(content, row, column, RowKey::flag));
    return Sha256.hex(content.toString()).substring(0, DIGITS);
  }

  /** A seed from 0 to 2^32 - 1 that a key always gives. */
  static long seed(String key) {
    return Long.parseLong(Sha256.hex(key).substring(0, SEED_DIGITS), 16);
  }

  private static void add(
      StringBuilder content, Row row, String column, Function<Object, String> spelling) {
    Object value = RowColumns.value(row, column);
    boolean absent = PROMPTS.contains(column) ? value == null : CellValues.isAbsent(value);
    if (!absent) {
      add(content, column, spelling.apply(value));
    }
  }

  /** The length keeps a value from reading as the start of the next column. */
  private static void add(StringBuilder content, String name, String value) {
    content.append(name).append(':').append(value.length()).append(':').append(value);
  }

  private static String number(Object value) {
    BigDecimal number = CellValues.number(value);
    return number == null ? String.valueOf(value) : number.stripTrailingZeros().toString();
  }

  private static String flag(Object value) {
    Boolean flag = CellValues.flag(value);
    return String.valueOf(flag == null ? value : flag);
  }
}
