package io.spackle.row;

/** Characters that hide, reorder or break a line: no part of a name, and escaped where shown. */
final class Unprintable {

  private Unprintable() {}

  static boolean is(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> isBidiControl(point);
    };
  }

  private static boolean isBidiControl(int point) {
    return point == 0x061C
        || point == 0x200E
        || point == 0x200F
        || point >= 0x202A && point <= 0x202E
        || point >= 0x2066 && point <= 0x2069;
  }
}
