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
 * <p>Neither the order of columns nor the spelling of numbers, flags and schedulers changes it
 * ({@code "512"}, {@code 512} and {@code 512.0} are one), nor do the signatures of URLs, nor
 * columns that do not shape the images (key, webhook, track_id, further ones).
 */
public final class RowKey {

  private static final int DIGITS = 32;

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
          RowColumns.EXTEND,
          RowColumns.MASK_FROM,
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
          RowColumns.GUIDANCE_START,
          RowColumns.GUIDANCE_END,
          RowColumns.STRENGTH);

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
    TEXTS.forEach(column -> add(content, row, column, value -> text(column, value)));
    NUMBERS.forEach(column -> add(content, row, column, RowKey::number));
    addAlias(content, row);
    if (!CellValues.isNoSeed(RowColumns.value(row, RowColumns.SEED))) {
      add(content, row, RowColumns.SEED, RowKey::number);
    }
    FLAGS.forEach(column -> add(content, row, column, RowKey::flag));
    return Sha256.hex(content.toString()).substring(0, DIGITS);
  }

  /** The other name of the strength counts as the strength, unless they contradict each other. */
  private static void addAlias(StringBuilder content, Row row) {
    Object strength = RowColumns.value(row, RowColumns.STRENGTH);
    Object alias = RowColumns.value(row, RowColumns.PROMPT_STRENGTH);
    if (CellValues.isAbsent(alias)) {
      return;
    }
    if (CellValues.isAbsent(strength)) {
      add(content, RowColumns.STRENGTH, number(alias));
    } else if (!number(alias).equals(number(strength))) {
      add(content, RowColumns.PROMPT_STRENGTH, number(alias));
    }
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

  private static String text(String column, Object value) {
    String text = String.valueOf(value);
    if (RowColumns.IMAGES.contains(column)) {
      return LocationKey.of(text);
    }
    return switch (column) {
      case RowColumns.SCHEDULER -> RowReader.withoutSuffix(text);
      case RowColumns.EXTEND -> ImageColumns.spelling(text);
      default -> text;
    };
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
