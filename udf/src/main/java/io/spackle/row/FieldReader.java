package io.spackle.row;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;

/** The fields of one row as they are read one by one, and the problems met on the way. */
final class FieldReader {

  /** No text of a row may be longer, in bytes of UTF-8. */
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

  void problem(String column, String message) {
    problem(ErrorCode.ROW_INVALID, column, message);
  }

  void problem(ErrorCode code, String column, String message) {
    firstCode = firstCode == null ? code : firstCode;
    problems.add(column + ": " + message);
  }

  boolean hasProblems() {
    return !problems.isEmpty();
  }

  /** The code of the first problem. */
  ErrorCode code() {
    return firstCode;
  }

  /** All problems, on one line. */
  String message() {
    return String.join("; ", problems);
  }

  /** A text, or the default where the row is silent; a text that cannot be used is a problem. */
  String text(String column, String otherwise) {
    Object value = raw(column);
    return CellValues.isAbsent(value) ? otherwise : usable(column, value);
  }

  /** A text that may be empty, or the default where there is none. */
  String prompt(String column, String otherwise) {
    Object value = raw(column);
    return value == null ? otherwise : usable(column, value);
  }

  /** A text that must be there, but may be empty. */
  String requiredText(String column) {
    Object value = raw(column);
    if (value == null) {
      problem(column, "nothing found, a text (which may be empty) expected");
      return "";
    }
    return usable(column, value);
  }

  /** A location that must be there; what it may be is for its source to say. */
  String location(String column) {
    Object value = raw(column);
    if (value instanceof String text && !text.isBlank()) {
      return text;
    }
    String found =
        value == null ? "nothing" : value instanceof String ? "a blank text" : kind(value);
    problem(column, found + " found, the location of an image expected");
    return "";
  }

  /** A whole number within bounds, or the default where the row is silent. */
  long whole(String column, long otherwise, long min, long max) {
    Object value = raw(column);
    if (CellValues.isAbsent(value)) {
      return otherwise;
    }
    BigDecimal number = CellValues.number(value);
    if (number == null || !isWithin(number, min, max) || number.stripTrailingZeros().scale() > 0) {
      unexpected(column, value, "a whole number from " + min + " to " + max);
      return otherwise;
    }
    return number.longValueExact();
  }

  /** A number within bounds, both included, or the default where the row is silent. */
  double decimal(String column, double otherwise, double min, double max) {
    Object value = raw(column);
    if (CellValues.isAbsent(value)) {
      return otherwise;
    }
    double number = doubleOf(value);
    if (number >= min && number <= max) {
      return number;
    }
    unexpected(column, value, "a number from " + plain(min) + " to " + plain(max));
    return otherwise;
  }

  /** A number above 0 and up to 1, or null where the row is silent or wrong. */
  Double share(String column) {
    Object value = raw(column);
    if (CellValues.isAbsent(value)) {
      return null;
    }
    double number = doubleOf(value);
    if (number > 0 && number <= 1) {
      return number;
    }
    unexpected(column, value, "a number above 0 and up to 1");
    return null;
  }

  /** Yes or no, or the default where the row is silent. */
  Boolean flag(String column, Boolean otherwise) {
    Object value = raw(column);
    if (CellValues.isAbsent(value)) {
      return otherwise;
    }
    Boolean flag = CellValues.flag(value);
    if (flag == null) {
      unexpected(column, value, "yes or no");
      return otherwise;
    }
    return flag;
  }

  private String usable(String column, Object value) {
    String text = CellValues.text(value);
    if (text == null) {
      unexpected(column, value, "a text");
      return "";
    }
    String fault = fault(text);
    if (fault != null) {
      problem(column, fault);
    }
    return text;
  }

  /** A cell as text, or null where it is none or cannot be used. */
  static String readable(Object value) {
    String text = CellValues.text(value);
    return text == null || fault(text) != null ? null : text;
  }

  /** What is wrong with a text, or null. */
  static String fault(String text) {
    if (text.codePoints().anyMatch(FieldReader::isLoneSurrogate)) {
      return "half a surrogate pair found, whole characters expected";
    }
    if (text.indexOf(0) >= 0) {
      return "the character NUL found, a text without it expected";
    }
    // Spark decodes what is no UTF-8 to this character, and nobody writes it on purpose.
    if (text.indexOf(REPLACEMENT) >= 0) {
      return "the character U+FFFD found, which stands for bytes that were no UTF-8; save as UTF-8";
    }
    int bytes = text.getBytes(UTF_8).length;
    return bytes > MAX_TEXT_BYTES
        ? bytes + " bytes found, at most " + MAX_TEXT_BYTES + " expected"
        : null;
  }

  /** Pairs are joined in a stream of code points, so what is left is alone. */
  private static boolean isLoneSurrogate(int point) {
    return Character.getType(point) == Character.SURROGATE;
  }

  private static boolean isWithin(BigDecimal number, long min, long max) {
    return number.compareTo(BigDecimal.valueOf(min)) >= 0
        && number.compareTo(BigDecimal.valueOf(max)) <= 0;
  }

  /** Not a number where the value is none, and so outside any bounds. */
  private static double doubleOf(Object value) {
    BigDecimal number = CellValues.number(value);
    return number == null ? Double.NaN : number.doubleValue();
  }

  private void unexpected(String column, Object value, String expected) {
    String found = CellValues.text(value) == null ? kind(value) : Redaction.value(value);
    problem(column, found + " found, " + expected + " expected");
  }

  private static String kind(Object value) {
    return "a value of type " + value.getClass().getSimpleName();
  }

  /** Without the point and zero of a whole number. */
  private static String plain(double bound) {
    return BigDecimal.valueOf(bound).stripTrailingZeros().toPlainString();
  }
}
