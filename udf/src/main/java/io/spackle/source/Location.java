package io.spackle.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spackle.row.ErrorCode;
import io.spackle.row.Redaction;
import io.spackle.row.RowException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A location that is worth handing to a source: of a sane length, without control characters, with
 * a scheme or else an absolute path.
 *
 * @param text as the manifest gave it, with its secrets
 * @param scheme in lower case; {@code file} for a bare path
 */
record Location(String text, String scheme) {

  static final String FILE = "file";

  private static final int MAX_BYTES = 8 * 1024;
  private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):");

  static Location of(String text) {
    var location = new Location(text, scheme(text));
    int bytes = text.getBytes(UTF_8).length;
    if (bytes > MAX_BYTES) {
      throw location.invalid(bytes + " bytes found, at most " + MAX_BYTES + " expected");
    }
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw location.invalid("a control character found, a location without any expected");
    }
    if (location.scheme.isEmpty()) {
      throw location.invalid("no scheme found, a whole URL or an absolute path expected");
    }
    return location;
  }

  boolean isBarePath() {
    return text.startsWith("/");
  }

  /** The location as a URI by the letter of RFC 2396 and its Java additions. */
  URI uri() {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      // Its message would repeat the location with its secrets.
      throw invalid(e.getReason() + " at character " + e.getIndex() + ", percent-encode it");
    } catch (NumberFormatException e) {
      // The JDK's own parser falls over numbers without end in IPv6 literals.
      throw invalid("a number out of all proportion found, an address expected");
    }
  }

  RowException invalid(String found) {
    return fault(ErrorCode.URL_INVALID, found);
  }

  RowException forbidden(String found) {
    return fault(ErrorCode.URL_FORBIDDEN, found);
  }

  RowException notFound() {
    return fault(ErrorCode.FETCH_NOT_FOUND, "no such file");
  }

  RowException tooLarge(long maxBytes) {
    String found =
        "more than " + maxBytes + " bytes found, no more expected (spackle.fetch.max-bytes)";
    return fault(ErrorCode.FETCH_TOO_LARGE, found);
  }

  /** A fault of this location; the message names it, without its secrets. */
  RowException fault(ErrorCode code, String found) {
    return new RowException(code, this + ": " + found);
  }

  RowException fault(ErrorCode code, String found, Exception cause) {
    return new RowException(code, this + ": " + found, cause);
  }

  /** Without secrets. */
  @Override
  public String toString() {
    return text.isEmpty() ? "an empty location" : Redaction.location(text);
  }

  private static String scheme(String text) {
    if (text.startsWith("/")) {
      return FILE;
    }
    Matcher matcher = SCHEME.matcher(text);
    return matcher.lookingAt() ? matcher.group(1).toLowerCase(Locale.ROOT) : "";
  }
}
