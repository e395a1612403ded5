package io.spackle.source;

import io.spackle.row.ErrorCode;
import io.spackle.row.RowException;
import java.time.Duration;
import java.util.Map;

/**
 * Posts to HTTP servers under the rules of fetching: the same hosts, ports and addresses are
 * allowed. Redirects are not followed. Thread-safe.
 */
public final class HttpPost implements AutoCloseable {

  private final HttpRules rules;
  private final HttpExchange http;
  private final Duration timeout;

  /**
   * @param settings for the allow lists of hosts and the connections per host
   * @param timeout of one attempt
   * @param timeoutKey the timeout's configuration key
   */
  public HttpPost(FetchSettings settings, Duration timeout, String timeoutKey) {
    this.rules = HttpRules.of(settings);
    this.timeout = timeout;
    this.http = new HttpExchange(settings, rules.guard(), timeoutKey);
  }

  /**
   * Makes one attempt.
   *
   * @throws RowException if it fails and a retry soon is useless
   * @throws RetryableException if a retry may succeed
   */
  public void send(String url, Map<String, String> headers, byte[] body)
      throws InterruptedException, RetryableException {
    HttpTarget target = HttpTarget.of(Location.of(url));
    rules.check(target);
    try {
      http.post(target, headers, body, Deadline.in(timeout));
    } catch (RowException e) {
      if (e.code() == ErrorCode.FETCH_TIMEOUT) {
        throw new RetryableException(e, null);
      }
      throw e;
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
