package io.spackle.source;

import static io.spackle.row.ErrorCode.FETCH_DENIED;
import static io.spackle.row.ErrorCode.FETCH_REDIRECTS;
import static io.spackle.row.ErrorCode.FETCH_STATUS;

import io.spackle.row.PercentEncoding;
import io.spackle.row.RowException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.hc.client5.http.utils.DateUtils;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;

/**
 * A usable response: a body or a redirect. Other responses are failures.
 *
 * @param body the requested bytes, or null
 * @param redirect the Location header in ASCII, which may be relative, or null
 * @param version the {@link FileVersion} of the body, or null if the host does not tell it
 */
record HttpReply(byte[] body, String redirect, String version) {

  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  /** Request timeout, too early, too many requests; all of 5xx are temporary as well. */
  private static final Set<Integer> TEMPORARY = Set.of(408, 425, 429);

  private static final Pattern SECONDS = Pattern.compile("\\d{1,9}");
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  /** A short body is read to its end, so that the connection can be reused. */
  private static final int SHORT_BODY = 64 * 1024;

  /**
   * Reads the response to a GET request.
   *
   * @throws RowException if it is a permanent failure
   * @throws RetryableException if it is a temporary failure
   */
  static HttpReply ofGet(Location location, ClassicHttpResponse response, long maxBytes)
      throws IOException, RetryableException {
    int status = response.getCode();
    if (status / 100 == 2) {
      // A broken connection is told from damaged data, for which a retry is useless.
      byte[] body = location.readAll(body(response), maxBytes);
      Header[] codings = response.getHeaders(HttpHeaders.CONTENT_ENCODING);
      return new HttpReply(
          ContentCodings.decoded(location, codings, body, maxBytes), null, version(response));
    }
    byte[] start = body(response).readNBytes(SHORT_BODY);
    Header redirect = response.getFirstHeader(HttpHeaders.LOCATION);
    if (REDIRECTS.contains(status) && redirect != null) {
      return new HttpReply(null, PercentEncoding.encodedBytes(redirect.getValue()), null);
    }
    RowException fault = fault(location, status, Refusal.of(status, start));
    if (status / 100 == 5 || TEMPORARY.contains(status)) {
      throw new RetryableException(fault, retryAfter(response));
    }
    throw fault;
  }

  /**
   * Reads the response to a HEAD request, which has no body.
   *
   * @throws RowException if it is a permanent failure
   * @throws RetryableException if it is a temporary failure
   */
  static HttpReply ofHead(Location location, ClassicHttpResponse response)
      throws IOException, RetryableException {
    return response.getCode() / 100 == 2
        ? new HttpReply(null, null, version(response))
        : ofGet(location, response, 0);
  }

  /**
   * Reads the response to a POST request, of which only the status matters.
   *
   * @throws RowException if it is a permanent failure or a redirect
   * @throws RetryableException if it is a temporary failure
   */
  static HttpReply ofPost(Location location, ClassicHttpResponse response)
      throws IOException, RetryableException {
    if (response.getCode() / 100 == 2) {
      body(response).readNBytes(SHORT_BODY);
      return new HttpReply(null, null, null);
    }
    ofGet(location, response, SHORT_BODY);
    throw location.fault(
        FETCH_REDIRECTS,
        "status " + response.getCode() + " found, 2xx expected: redirects are not followed");
  }

  /** The ETag, or else the length and the time of the last change; null if there is neither. */
  private static String version(ClassicHttpResponse response) {
    Header etag = response.getFirstHeader(HttpHeaders.ETAG);
    if (etag != null) {
      return FileVersion.ofEtag(etag.getValue());
    }
    Header modified = response.getFirstHeader(HttpHeaders.LAST_MODIFIED);
    Header length = response.getFirstHeader(HttpHeaders.CONTENT_LENGTH);
    Instant time = modified == null ? null : DateUtils.parseStandardDate(modified.getValue());
    return time == null || length == null
        ? null
        : length.getValue().strip() + "@" + time.toEpochMilli();
  }

  /** Never closed: closing would read to the end, which may never come. */
  private static InputStream body(ClassicHttpResponse response) throws IOException {
    HttpEntity entity = response.getEntity();
    return entity == null ? InputStream.nullInputStream() : entity.getContent();
  }

  private static RowException fault(Location location, int status, Refusal refusal) {
    if (status == 404 || status == 410) {
      return location.notFound();
    }
    if (status == 407) {
      return location.fault(
          FETCH_DENIED,
          "the proxy answers with status 407; check the password in spackle.fetch.proxy");
    }
    boolean isDenied = status == 401 || status == 403 || refusal.isExpired();
    return location.fault(
        isDenied ? FETCH_DENIED : FETCH_STATUS,
        "status " + status + refusal.description() + " found, 200 expected");
  }

  /** The wait that the host asks for, at most a minute, or null. */
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
