package io.spackle.row;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;

/**
 * Percent-encoding of URLs (RFC 3986, section 2.1), as lenient as browsers: any text can be encoded
 * and decoded.
 */
public final class PercentEncoding {

  /** The characters of paths and queries other than letters and digits, and the number sign. */
  private static final String ALLOWED = "-._~!$&'()*+,;=:@/?#";

  private static final int REPLACEMENT = 0xFFFD;
  private static final int ESCAPE_LENGTH = 3;
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private PercentEncoding() {}

  /**
   * A path or a query in which every character that no URL may contain is encoded as UTF-8. What is
   * a valid URL already stays as it is, escapes included.
   *
   * <p>The URL standard (https://url.spec.whatwg.org) leaves {@code | [ ]} and a percent sign that
   * starts no escape unencoded. Many servers refuse these, and none tells their escapes apart.
   */
  public static String encoded(String text) {
    var encoded = new StringBuilder(text.length());
    int i = 0;
    while (i < text.length()) {
      int point = text.codePointAt(i);
      if (isAllowed(point) || isEscape(text, i)) {
        encoded.appendCodePoint(point);
      } else {
        append(encoded, Character.getType(point) == Character.SURROGATE ? REPLACEMENT : point);
      }
      i += Character.charCount(point);
    }
    return encoded.toString();
  }

  /**
   * The value of a header, whose bytes the HTTP client takes for characters, with each byte outside
   * ASCII encoded, whatever its charset is.
   */
  public static String encodedBytes(String header) {
    var encoded = new StringBuilder(header.length());
    for (char c : header.toCharArray()) {
      if (c < 0x80) {
        encoded.append(c);
      } else if (c <= 0xFF) {
        append(encoded, (byte) c);
      } else {
        append(encoded, (int) c);
      }
    }
    return encoded.toString();
  }

  /** The bytes of a text, with its escapes decoded and all other characters in UTF-8. */
  public static byte[] decoded(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    var decoded = new ByteArrayOutputStream(bytes.length);
    int i = 0;
    while (i < bytes.length) {
      if (isEscape(bytes, i)) {
        decoded.write(
            HexFormat.fromHexDigit(bytes[i + 1]) << 4 | HexFormat.fromHexDigit(bytes[i + 2]));
        i += ESCAPE_LENGTH;
      } else {
        decoded.write(bytes[i]);
        i++;
      }
    }
    return decoded.toByteArray();
  }

  private static void append(StringBuilder encoded, int point) {
    for (byte b : Character.toString(point).getBytes(UTF_8)) {
      append(encoded, b);
    }
  }

  private static void append(StringBuilder encoded, byte b) {
    encoded.append('%').append(HEX.toHexDigits(b));
  }

  private static boolean isAllowed(int point) {
    return point < 0x80 && (Character.isLetterOrDigit(point) || ALLOWED.indexOf(point) >= 0);
  }

  private static boolean isEscape(String text, int start) {
    return text.charAt(start) == '%'
        && start + ESCAPE_LENGTH <= text.length()
        && HexFormat.isHexDigit(text.charAt(start + 1))
        && HexFormat.isHexDigit(text.charAt(start + 2));
  }

  private static boolean isEscape(byte[] text, int start) {
    return text[start] == '%'
        && start + ESCAPE_LENGTH <= text.length
        && HexFormat.isHexDigit(text[start + 1])
        && HexFormat.isHexDigit(text[start + 2]);
  }
}
