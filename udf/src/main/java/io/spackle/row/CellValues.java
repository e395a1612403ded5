package io.spackle.row;

import java.math.BigDecimal;
import java.time.temporal.Temporal;
import java.util.Date;
import java.util.Locale;

/**
 * What a cell of a manifest says, whatever type its column has; null where it says nothing of the
 * kind asked for.
 */
final class CellValues {

  /** The longest text that is tried as a number. */
  private static final int LONGEST_NUMBER = 64;

  /** Zeros before or behind the point; with more of them, arithmetic overflows or takes forever. */
  private static final int MAX_SCALE = 1000;

  private CellValues() {}

  static boolean isAbsent(Object value) {
    return value == null || value instanceof String text && text.isBlank();
  }

  /** The value as text, or null where it is an array, a struct, a map or bytes. */
  static String text(Object value) {
    boolean simple =
        value instanceof String
            || value instanceof Number
            || value instanceof Boolean
            || value instanceof Date
            || value instanceof Temporal;
    return simple ? value.toString() : null;
  }

  /** The value as a number, or null where it is none; not a number and infinity are none. */
  static BigDecimal number(Object value) {
    if (!(value instanceof Number || value instanceof String)) {
      return null;
    }
    String text = value.toString().strip();
    if (text.length() > LONGEST_NUMBER) {
      return null;
    }
    try {
      var number = new BigDecimal(text);
      return number.scale() > MAX_SCALE || number.scale() < -MAX_SCALE ? null : number;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** The value as yes or no, or null where it is neither. */
  static Boolean flag(Object value) {
    if (value instanceof Boolean flag) {
      return flag;
    }
    if (!(value instanceof String text)) {
      return null;
    }
    return switch (text.strip().toLowerCase(Locale.ROOT)) {
      case "yes", "true" -> true;
      case "no", "false" -> false;
      default -> null;
    };
  }
}
