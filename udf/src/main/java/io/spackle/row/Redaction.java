package io.spackle.row;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The form in which values appear in messages and meta rows: without secrets and, in messages,
 * short and on one line.
 */
public final class Redaction {

  private static final int LONGEST = 200;

  /** No source reads a longer one, and matching it could take quadratic time. */
  private static final int LONGEST_LOCATION = 8 * 1024;

  private static final String HIDDEN = "***";

  /**
   * The user info between // and @. The second form is a password with an unencoded slash, question
   * mark or number sign, after which no parser finds the @: a colon that is not followed by a port.
   */
  private static final Pattern USER_INFO =
      Pattern.compile("(?<=//)(?:[^/?#]*@|[^/?#@:\\[\\]]*:(?!\\d*(?:[/?#]|$))[^@]*@)");

  private static final Pattern QUERY_START = Pattern.compile("[?#]");

  /**
   * The values of a query, or a part that has no name. All values are hidden, since signatures go
   * by too many names.
   */
  private static final Pattern QUERY_VALUE =
      Pattern.compile("(?<==)[^&#]+|(?<=[?&#])[^?&=#]+(?=[&#]|$)");

  private Redaction() {}

  /**
   * A location with its user info and the values of its query hidden, and size and digest in place
   * of the content of a {@code data:} URI; paths without a scheme are unchanged.
   */
  public static String redacted(String location) {
    if (location == null || !location.contains(":")) {
      return location;
    }
    if (DataUri.isOne(location)) {
      return DataUri.redacted(location);
    }
    if (location.length() > LONGEST_LOCATION) {
      return "a location of " + location.length() + " characters";
    }
    String withoutUser = USER_INFO.matcher(location).replaceAll(HIDDEN + "@");
    Matcher query = QUERY_START.matcher(withoutUser);
    if (!query.find()) {
      return withoutUser;
    }
    String values = QUERY_VALUE.matcher(withoutUser.substring(query.start())).replaceAll(HIDDEN);
    return withoutUser.substring(0, query.start()) + values;
  }

  /** A location for a message: redacted, escaped and cut to about 200 characters. */
  public static String location(String location) {
    return oneLine(redacted(location));
  }

  /** A value for a message: strings in quotes, escaped and cut to about 200 characters. */
  public static String value(Object value) {
    return value instanceof String text
        ? '"' + oneLine(text) + '"'
        : oneLine(String.valueOf(value));
  }

  private static String oneLine(String text) {
    var line = new StringBuilder();
    text.codePoints().limit(LONGEST).forEach(point -> appendEscaped(line, point));
    return text.codePointCount(0, text.length()) > LONGEST
        ? line.append("...").toString()
        : line.toString();
  }

  private static void appendEscaped(StringBuilder line, int point) {
    if (isUnprintable(point)) {
      line.append(String.format("\\u%04x", point));
    } else {
      line.appendCodePoint(point);
    }
  }

  /** Whether a character hides, reorders or breaks text: control and bidirectional characters. */
  static boolean isUnprintable(int point) {
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
