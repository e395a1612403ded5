package io.spackle.source;

import io.spackle.row.ErrorCode;
import io.spackle.row.RowException;
import java.time.Duration;
import java.util.Map;

/**
 * Sends bytes to web addresses, by the rules that fetching has: the same hosts, ports and addresses
 * are allowed. Redirects are not followed. Thread-safe.
 */
public final class HttpPost implements AutoCloseable {

  private final HttpRules rules;
  private final HttpExchange hop;
  private final Duration timeout;

  /**
   * @param settings whose lists of hosts count, and whose connections per host
   * @param timeout of one try
   * @param timeoutKey what the timeout is called where it is set
   */
  public HttpPost(FetchSettings settings, Duration timeout, String timeoutKey) {
    this.rules = HttpRules.of(settings);
    this.timeout = timeout;
    this.hop = new HttpExchange(settings, rules.guard(), timeoutKey);
  }

  /**
   * Tries once.
   *
   * @throws RowException if it fails for good, {@link ErrorCode#FETCH_HOST_DOWN} being a matter of
   *     time all the same
   * @throws RetryableException if another try may help
   */
  public void send(String url, Map<String, String> headers, byte[] body)
      throws InterruptedException, RetryableException {
    HttpTarget target = HttpTarget.of(Location.of(url));
    rules.check(target);
    try {
      hop.post(target, headers, body, Deadline.in(timeout));
    } catch (RowException e) {
      if (e.code() == ErrorCode.FETCH_TIMEOUT) {
        throw new RetryableException(e, null);
      }
      throw e;
    }
  }

  @Override
  public void close() {
    hop.close();
  }
}
