package io.spackle.row;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A {@code data:} URI (RFC 2397), which contains a file itself. It is read as leniently as browsers
 * do, see the URL and Fetch standards (https://fetch.spec.whatwg.org/#data-url-processor): the
 * media type is optional, Base64 may lack its padding and contain blanks and line breaks. The
 * alphabet for URLs is accepted too.
 *
 * @param header all before the comma, such as {@code data:image/png;base64}
 * @param body all after the comma, up to a fragment
 */
public record DataUri(String header, String body) {

  private static final String SCHEME = "data:";
  private static final int LONGEST_HEADER = 80;

  private static final Pattern IS_BASE64 =
      Pattern.compile("(?i).*; *base64[ \\t\\r\\n]*", Pattern.DOTALL);
  private static final Pattern BLANKS = Pattern.compile("[ \\t\\r\\n\\f]+");
  private static final Pattern PADDING = Pattern.compile("={1,2}$");

  /** Whether a location is one, or an attempt at one. */
  public static boolean isOne(String location) {
    return location.stripLeading().regionMatches(true, 0, SCHEME, 0, SCHEME.length());
  }

  /**
   * Splits a URI, without decoding it.
   *
   * @throws IllegalArgumentException if it has no comma; the message says what is expected
   */
  public static DataUri of(String location) {
    String text = location.strip();
    int comma = text.indexOf(',');
    if (comma < 0) {
      throw new IllegalArgumentException(
          "no comma found, data:image/png;base64 and a comma expected before the image");
    }
    int end = text.indexOf('#', comma);
    return new DataUri(
        text.substring(0, comma), text.substring(comma + 1, end < 0 ? text.length() : end));
  }

  /**
   * The file.
   *
   * @throws IllegalArgumentException if the body is not Base64 although the header says so
   */
  public byte[] bytes() {
    byte[] decoded = body.indexOf('%') < 0 ? body.getBytes(UTF_8) : PercentEncoding.decoded(body);
    return IS_BASE64.matcher(header).matches() ? base64(decoded) : decoded;
  }

  /** The location for messages and meta rows: its header, and the size and digest of the file. */
  static String redacted(String location) {
    try {
      DataUri uri = of(location);
      byte[] file = uri.bytes();
      return start(uri.header())
          + ",...("
          + file.length
          + " bytes, sha256:"
          + Sha256.hex(file)
          + ")";
    } catch (IllegalArgumentException e) {
      return start(location.strip().split(",", 2)[0])
          + ",...("
          + location.length()
          + " characters)";
    }
  }

  private static String start(String header) {
    return header.length() > LONGEST_HEADER ? header.substring(0, LONGEST_HEADER) + "..." : header;
  }

  private static byte[] base64(byte[] text) {
    String digits = new String(text, ISO_8859_1).replace('-', '+').replace('_', '/');
    Matcher padding = PADDING.matcher(BLANKS.matcher(digits).replaceAll(""));
    try {
      return Base64.getDecoder().decode(padding.replaceFirst(""));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "other characters found, Base64 expected, as its start says", e);
    }
  }
}
