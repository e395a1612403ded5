package io.spackle.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spackle.row.ErrorCode;
import io.spackle.row.PercentEncoding;
import io.spackle.row.Redaction;
import io.spackle.row.RowException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A syntactically plausible location: with a scheme or else an absolute path, and unless it
 * contains the file itself, of limited length and without control characters.
 *
 * @param text as in the manifest, with its secrets; without the blanks around a URL
 * @param scheme in lower case; {@code file} for a bare path
 */
record Location(String text, String scheme) {

  static final String FILE = "file";

  private static final int MAX_BYTES = 8 * 1024;
  private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;
  private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):");

  static Location of(String given) {
    String text = stripped(given);
    var location = new Location(text, scheme(text));
    if (location.scheme.equals(DataSource.SCHEME)) {
      return location; // its content may be long and may contain line breaks
    }
    int bytes = text.getBytes(UTF_8).length;
    if (bytes > MAX_BYTES) {
      throw location.invalid(bytes + " bytes found, at most " + MAX_BYTES + " expected");
    }
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw location.invalid("a control character found, a location without any expected");
    }
    if (location.scheme.isEmpty()) {
      throw location.invalid("no scheme found, a complete URL or an absolute path expected");
    }
    return location;
  }

  boolean isBarePath() {
    return text.startsWith("/");
  }

  /** The location as a URI; characters that no URI may contain are percent-encoded. */
  URI uri() {
    try {
      return new URI(PercentEncoding.encoded(text));
    } catch (URISyntaxException e) {
      // Its message would repeat the location with its secrets.
      throw invalid(e.getReason() + " at character " + e.getIndex() + ", a URI expected");
    }
  }

  RowException invalid(String found) {
    return fault(ErrorCode.URL_INVALID, found);
  }

  RowException forbidden(String found) {
    return fault(ErrorCode.URL_FORBIDDEN, found);
  }

  /**
   * The failure of a file outside the allowed folders.
   *
   * @param allowed folders of its scheme
   * @param folder of the file, as an example
   */
  RowException notAllowed(List<?> allowed, Object folder) {
    return forbidden(
        allowed.isEmpty()
            ? "no folder to read such files from is set, one expected, such as"
                + " spackle.fetch.allow-files = [\""
                + folder
                + "\"]"
            : "a path below one of spackle.fetch.allow-files expected: " + allowed);
  }

  RowException notFound() {
    return fault(ErrorCode.FETCH_NOT_FOUND, "no such file");
  }

  RowException tooLarge(long maxBytes) {
    String found =
        "more than " + maxBytes + " bytes found, no more expected (spackle.fetch.max-bytes)";
    return fault(ErrorCode.FETCH_TOO_LARGE, found);
  }

  /**
   * Reads all bytes of a stream, whatever length a header or a file system states; the stream stays
   * open.
   *
   * @throws RowException if there are more than {@code maxBytes}
   */
  byte[] readAll(InputStream in, long maxBytes) throws IOException {
    byte[] bytes = in.readNBytes((int) Math.min(maxBytes + 1, LONGEST_ARRAY));
    if (bytes.length > maxBytes) {
      throw tooLarge(maxBytes);
    }
    return bytes;
  }

  /** A failure of this location; the message names it, without its secrets. */
  RowException fault(ErrorCode code, String found) {
    return new RowException(code, this + ": " + found);
  }

  RowException fault(ErrorCode code, String found, Exception cause) {
    return new RowException(code, this + ": " + found, cause);
  }

  /** The location without secrets. */
  @Override
  public String toString() {
    return text.isEmpty() ? "an empty location" : Redaction.location(text);
  }

  /**
   * As browsers do; names of files may start and end with blanks, but no location starts with one.
   */
  private static String stripped(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && isBlank(text.charAt(start))) {
      start++;
    }
    String first = text.substring(start);
    if (first.startsWith("/") || HadoopSource.SCHEMES.contains(scheme(first))) {
      return first;
    }
    while (end > start && isBlank(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  private static String scheme(String text) {
    if (text.startsWith("/")) {
      return FILE;
    }
    Matcher matcher = SCHEME.matcher(text);
    return matcher.lookingAt() ? matcher.group(1).toLowerCase(Locale.ROOT) : "";
  }
}
