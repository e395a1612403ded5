package io.spackle.row;

import java.math.BigDecimal;

/** The range of a number in messages, as people write it. */
public final class Bounds {

  private Bounds() {}

  /** A range with both bounds, or with the lower one alone if the upper one is that of its type. */
  public static String of(Number min, Number max) {
    boolean isOpen = max.longValue() == Integer.MAX_VALUE || max.longValue() == Long.MAX_VALUE;
    return isOpen ? "of at least " + plain(min) : "from " + plain(min) + " to " + plain(max);
  }

  /** A number without an exponent or a trailing ".0". */
  public static String plain(Number number) {
    return new BigDecimal(number.toString()).stripTrailingZeros().toPlainString();
  }
}
