package io.spackle.row;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Values as messages and meta rows may show them: without secrets and, in messages, short and on
 * one line.
 */
public final class Redaction {

  private static final int LONGEST = 200;

  /** No source reads a longer one, and searching it could take the square of its length. */
  private static final int LONGEST_LOCATION = 8 * 1024;

  private static final String HIDDEN = "***";

  /**
   * What stands between // and @. The second form is a password with an unencoded slash, question
   * mark or number sign, after which no parser finds the @ any more: a colon that no port follows.
   */
  private static final Pattern USER_INFO =
      Pattern.compile("(?<=//)(?:[^/?#]*@|[^/?#@:\\[\\]]*:(?!\\d*(?:[/?#]|$))[^@]*@)");

  private static final Pattern QUERY_START = Pattern.compile("[?#]");

  /**
   * The values of a query, or all of a part that has no name; signatures have too many names to
   * choose by.
   */
  private static final Pattern QUERY_VALUE =
      Pattern.compile("(?<==)[^&#]+|(?<=[?&#])[^?&=#]+(?=[&#]|$)");

  private Redaction() {}

  /**
   * A location with its user info and the values of its query hidden; paths without a scheme stay
   * as they are.
   */
  public static String redacted(String location) {
    if (location == null || !location.contains(":")) {
      return location;
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

  /** A location as a message names it: redacted, escaped and cut to about 200 characters. */
  public static String location(String location) {
    return oneLine(redacted(location));
  }

  /** A value as a message names it: texts in quotes, escaped and cut to about 200 characters. */
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
    if (Unprintable.is(point)) {
      line.append(String.format("\\u%04x", point));
    } else {
      line.appendCodePoint(point);
    }
  }
}
