package io.spackle.row;

import java.math.BigDecimal;
import java.time.temporal.Temporal;
import java.util.Date;
import java.util.Locale;

/**
 * Conversions of a manifest cell of any column type to text, number or flag; null if the cell holds
 * no such value.
 */
final class CellValues {

  /** The seed that stands for none, as in other tools. */
  static final long NO_SEED = -1;

  /** The longest text that is parsed as a number. */
  private static final int LONGEST_NUMBER = 64;

  /** Limit of the decimal exponent: beyond it, arithmetic overflows or takes too long. */
  private static final int MAX_SCALE = 1000;

  private CellValues() {}

  static boolean isAbsent(Object value) {
    return value == null || value instanceof String text && text.isBlank();
  }

  /** Whether a cell has no seed, and a row the seed of the job or a derived one. */
  static boolean isNoSeed(Object value) {
    BigDecimal number = number(value);
    return isAbsent(value) || number != null && number.compareTo(BigDecimal.valueOf(NO_SEED)) == 0;
  }

  /** The value as text, or null if it is an array, a struct, a map or binary. */
  static String text(Object value) {
    boolean simple =
        value instanceof String
            || value instanceof Number
            || value instanceof Boolean
            || value instanceof Date
            || value instanceof Temporal;
    return simple ? value.toString() : null;
  }

  /** The value as a number, or null if it is none; NaN and infinity count as none. */
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

  /** The value as a boolean, or null if it is neither yes or true nor no or false. */
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
