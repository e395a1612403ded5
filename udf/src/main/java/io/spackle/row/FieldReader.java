package io.spackle.row;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;

/** Reads and validates the fields of one row, and collects the problems found. */
final class FieldReader {

  /** The longest text of a row, in bytes of UTF-8. */
  static final int MAX_TEXT_BYTES = 64 * 1024;

  private static final int REPLACEMENT = 0xFFFD;

  private final Row row;
  private final List<String> problems = new ArrayList<>();
  private ErrorCode firstCode;

  FieldReader(Row row) {
    this.row = row;
  }

  Object raw(String column) {
    return RowColumns.value(row, column);
  }

  void addProblem(String column, String message) {
    addProblem(ErrorCode.ROW_INVALID, column, message);
  }

  void addProblem(ErrorCode code, String column, String message) {
    firstCode = firstCode == null ? code : firstCode;
    problems.add(column + ": " + message);
  }

  boolean hasProblems() {
    return !problems.isEmpty();
  }

  /** Whether the driver already found a problem in the row, which is then the only one. */
  boolean hasKnownProblem() {
    Object code = raw(RowColumns.CODE);
    if (code != null) {
      firstCode = ErrorCode.valueOf(code.toString());
      problems.add(String.valueOf(raw(RowColumns.PROBLEM)));
    }
    return code != null;
  }

  /** The code of the first problem. */
  ErrorCode code() {
    return firstCode;
  }

  /** All problems, on one line. */
  String message() {
    return String.join("; ", problems);
  }

  /** A text, or the default if the cell is null or blank; invalid text is a problem. */
  String text(String column, String defaultValue) {
    Object value = raw(column);
    return CellValues.isAbsent(value) ? defaultValue : validText(column, value);
  }

  /** A text that may be blank, or the default if the cell is null. */
  String prompt(String column, String defaultValue) {
    Object value = raw(column);
    return value == null ? defaultValue : validText(column, value);
  }

  /** A text that is required, but may be blank. */
  String requiredText(String column) {
    Object value = raw(column);
    if (value == null) {
      addProblem(column, "nothing found, a text (which may be empty) expected");
      return "";
    }
    return validText(column, value);
  }

  /** A location, which is required; its source validates it. */
  String location(String column) {
    Object value = raw(column);
    if (value instanceof String text && !text.isBlank()) {
      return text;
    }
    String found =
        value == null ? "nothing" : value instanceof String ? "a blank text" : kind(value);
    addProblem(column, found + " found, the location of an image expected");
    return "";
  }

  /**
   * A location that need not be there, or null if the cell is null or blank; invalid text is a
   * problem.
   */
  String optionalLocation(String column) {
    return raw(column) instanceof String text && DataUri.isOne(text) ? text : text(column, null);
  }

  /** A whole number within bounds, or the default if the cell is null or blank. */
  long integer(String column, long defaultValue, long min, long max) {
    Object value = raw(column);
    if (CellValues.isAbsent(value)) {
      return defaultValue;
    }
    BigDecimal number = CellValues.number(value);
    if (number == null || !isWithin(number, min, max) || number.stripTrailingZeros().scale() > 0) {
      unexpected(column, value, "a whole number from " + min + " to " + max);
      return defaultValue;
    }
    return number.longValueExact();
  }

  /** A number within bounds, both inclusive, or the default if the cell is null or blank. */
  double decimal(String column, double defaultValue, double min, double max) {
    Object value = raw(column);
    if (CellValues.isAbsent(value)) {
      return defaultValue;
    }
    double number = doubleOf(value);
    if (number >= min && number <= max) {
      return number;
    }
    unexpected(column, value, "a number " + Bounds.of(min, max));
    return defaultValue;
  }

  /** A number above 0 and at most 1, or null if the cell is null, blank or invalid. */
  Double fraction(String column) {
    Object value = raw(column);
    if (CellValues.isAbsent(value)) {
      return null;
    }
    double number = doubleOf(value);
    if (number > 0 && number <= 1) {
      return number;
    }
    unexpected(column, value, "a number above 0 and at most 1");
    return null;
  }

  /** A boolean, or the default if the cell is null or blank. */
  Boolean flag(String column, Boolean defaultValue) {
    Object value = raw(column);
    if (CellValues.isAbsent(value)) {
      return defaultValue;
    }
    Boolean flag = CellValues.flag(value);
    if (flag == null) {
      unexpected(column, value, "yes or no");
      return defaultValue;
    }
    return flag;
  }

  private String validText(String column, Object value) {
    String text = CellValues.text(value);
    if (text == null) {
      unexpected(column, value, "a text");
      return "";
    }
    String problem = textProblem(text);
    if (problem != null) {
      addProblem(column, problem);
    }
    return text;
  }

  /** A cell as text, or null if it is none or invalid. */
  static String readable(Object value) {
    String text = CellValues.text(value);
    return text == null || textProblem(text) != null ? null : text;
  }

  /** Why a text is invalid, or null if it is valid. */
  static String textProblem(String text) {
    if (text.codePoints().anyMatch(FieldReader::isLoneSurrogate)) {
      return "an unpaired surrogate found, valid Unicode expected";
    }
    if (text.indexOf(0) >= 0) {
      return "the character NUL found, a text without it expected";
    }
    // Spark decodes invalid UTF-8 to this character, which is not written on purpose.
    if (text.indexOf(REPLACEMENT) >= 0) {
      return "the character U+FFFD found, which replaces bytes that are not UTF-8; save as UTF-8";
    }
    int bytes = text.getBytes(UTF_8).length;
    return bytes > MAX_TEXT_BYTES
        ? bytes + " bytes found, at most " + MAX_TEXT_BYTES + " expected"
        : null;
  }

  /** A stream of code points joins pairs, so a surrogate in it is unpaired. */
  private static boolean isLoneSurrogate(int point) {
    return Character.getType(point) == Character.SURROGATE;
  }

  private static boolean isWithin(BigDecimal number, long min, long max) {
    return number.compareTo(BigDecimal.valueOf(min)) >= 0
        && number.compareTo(BigDecimal.valueOf(max)) <= 0;
  }

  /** NaN if the value is not a number, and so outside any bounds. */
  private static double doubleOf(Object value) {
    BigDecimal number = CellValues.number(value);
    return number == null ? Double.NaN : number.doubleValue();
  }

  private void unexpected(String column, Object value, String expected) {
    String found = CellValues.text(value) == null ? kind(value) : Redaction.value(value);
    addProblem(column, found + " found, " + expected + " expected");
  }

  private static String kind(Object value) {
    return "a value of type " + value.getClass().getSimpleName();
  }
}
