package io.spackle.source;

import static io.spackle.row.ErrorCode.FETCH_DENIED;
import static io.spackle.row.ErrorCode.FETCH_REDIRECTS;
import static io.spackle.row.ErrorCode.FETCH_STATUS;

import io.spackle.row.Redaction;
import io.spackle.row.RowException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.apache.hc.client5.http.utils.DateUtils;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;

/**
 * What a host says that is worth going on with; the rest are faults.
 *
 * @param body the bytes asked for, or null
 * @param next the place to ask instead, which may be relative, or null
 */
record HttpReply(byte[] body, String next) {

  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  /** Too early, too many, timed out; all of 5xx pass as well. */
  private static final Set<Integer> PASSING = Set.of(408, 425, 429);

  private static final Set<String> GZIP = Set.of("gzip", "x-gzip");

  private static final Pattern SECONDS = Pattern.compile("\\d{1,9}");
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  /** A short body is read to its end, so that the connection can be used again. */
  private static final int SHORT_BODY = 64 * 1024;

  /**
   * Reads an answer to its end, or far enough to know that it is of no use.
   *
   * @throws RowException if it is bad for good
   * @throws RetryableException if it is bad for now
   */
  static HttpReply of(Location location, ClassicHttpResponse response, long maxBytes)
      throws IOException, RetryableException {
    int status = response.getCode();
    if (status / 100 == 2) {
      return new HttpReply(
          BoundedReads.read(decoded(location, response), maxBytes, location), null);
    }
    body(response).readNBytes(SHORT_BODY);
    Header next = response.getFirstHeader(HttpHeaders.LOCATION);
    if (REDIRECTS.contains(status) && next != null) {
      return new HttpReply(null, next.getValue());
    }
    RowException fault = fault(location, status);
    if (status / 100 == 5 || PASSING.contains(status)) {
      throw new RetryableException(fault, retryAfter(response));
    }
    throw fault;
  }

  /**
   * Looks at an answer to something that was sent: its status alone counts.
   *
   * @throws RowException if it is bad for good, as a redirect is
   * @throws RetryableException if it is bad for now
   */
  static HttpReply ofSent(Location location, ClassicHttpResponse response)
      throws IOException, RetryableException {
    if (response.getCode() / 100 == 2) {
      body(response).readNBytes(SHORT_BODY);
      return new HttpReply(null, null);
    }
    of(location, response, SHORT_BODY);
    throw location.fault(
        FETCH_REDIRECTS, "status " + response.getCode() + " found, which is not followed here");
  }

  /** Never closed: closing would read on to the end, which may never come. */
  private static InputStream body(ClassicHttpResponse response) throws IOException {
    HttpEntity entity = response.getEntity();
    return entity == null ? InputStream.nullInputStream() : entity.getContent();
  }

  /**
   * The client would undo, layer upon layer, whatever Commons Compress can, of which some take a
   * gigabyte at a word of the host. An image that nobody asked to be compressed needs none of it.
   */
  private static InputStream decoded(Location location, ClassicHttpResponse response)
      throws IOException {
    Header coding = response.getFirstHeader(HttpHeaders.CONTENT_ENCODING);
    String name = coding == null ? "identity" : coding.getValue().strip().toLowerCase(Locale.ROOT);
    if (GZIP.contains(name)) {
      return new GZIPInputStream(body(response));
    }
    if (!name.isEmpty() && !name.equals("identity")) {
      throw location.fault(
          FETCH_STATUS,
          "Content-Encoding " + Redaction.value(name) + " found, none expected, or gzip at most");
    }
    return body(response);
  }

  private static RowException fault(Location location, int status) {
    return switch (status) {
      case 404, 410 -> location.notFound();
      case 401, 403 -> location.fault(FETCH_DENIED, "status " + status + " found, 200 expected");
      default -> location.fault(FETCH_STATUS, "status " + status + " found, 200 expected");
    };
  }

  /** How long the host wishes to be left alone, at most a minute, or null where it does not say. */
  private static Duration retryAfter(ClassicHttpResponse response) {
    Header header = response.getFirstHeader(HttpHeaders.RETRY_AFTER);
    if (header == null) {
      return null;
    }
    Duration wait = duration(header.getValue().strip());
    return wait == null || wait.isNegative() ? null : min(wait, LONGEST_WAIT);
  }

  private static Duration duration(String retryAfter) {
    if (SECONDS.matcher(retryAfter).matches()) {
      return Duration.ofSeconds(Long.parseLong(retryAfter));
    }
    Instant date = DateUtils.parseStandardDate(retryAfter);
    return date == null ? null : Duration.between(Instant.now(), date);
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
