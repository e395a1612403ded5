package io.spackle.source;

import static io.spackle.row.ErrorCode.FETCH_REDIRECTS;

import io.spackle.row.RowException;
import java.time.Duration;

/**
 * Web addresses.
 *
 * <p>One deadline holds for all of a fetch: its hops, its body and its retries with the waits
 * between them. Only waiting for one of the host's few connections is not counted. Each hop passes
 * the same checks: scheme, port, host, address.
 */
final class HttpSource implements ImageSource {

  private static final int MAX_HOPS = 5;

  private final FetchSettings settings;
  private final HttpRules rules;
  private final HttpExchange hop;

  HttpSource(FetchSettings settings) {
    this.settings = settings;
    this.rules = HttpRules.of(settings);
    this.hop = new HttpExchange(settings, rules.guard(), "spackle.fetch.timeout");
  }

  @Override
  public byte[] fetch(String text) throws InterruptedException {
    var target = HttpTarget.of(Location.of(text));
    var deadline = Deadline.in(settings.timeout());
    for (int tries = 0; ; tries++) {
      try {
        return follow(target, deadline);
      } catch (RetryableException e) {
        Duration wait = e.chosenWait().orElse(Backoff.after(tries));
        if (tries == settings.retries() || wait.compareTo(deadline.left()) > 0) {
          throw e.fault();
        }
        Thread.sleep(wait.toMillis());
      }
    }
  }

  @Override
  public void check(String text) {
    rules.check(HttpTarget.of(Location.of(text)));
  }

  @Override
  public void close() {
    hop.close();
  }

  private byte[] follow(HttpTarget start, Deadline deadline)
      throws InterruptedException, RetryableException {
    HttpTarget target = start;
    for (int hops = 0; hops <= MAX_HOPS; hops++) {
      HttpReply answer = ask(start, target, deadline);
      if (answer.next() == null) {
        return answer.body();
      }
      target = next(start, target, answer.next());
    }
    throw start.location().fault(FETCH_REDIRECTS, "more than " + MAX_HOPS + " redirects found");
  }

  private HttpReply ask(HttpTarget start, HttpTarget target, Deadline deadline)
      throws InterruptedException, RetryableException {
    try {
      rules.check(target);
      return hop.get(target, deadline);
    } catch (RowException e) {
      throw target.equals(start) ? e : redirected(start, e);
    } catch (RetryableException e) {
      throw target.equals(start)
          ? e
          : new RetryableException(redirected(start, e.fault()), e.chosenWait().orElse(null));
    }
  }

  private static HttpTarget next(HttpTarget start, HttpTarget target, String reference) {
    try {
      return target.redirected(reference);
    } catch (RowException e) {
      throw redirected(start, e);
    }
  }

  /** Names the location that the manifest has. */
  private static RowException redirected(HttpTarget start, RowException e) {
    return start.location().fault(e.code(), "redirected to " + e.getMessage(), e);
  }
}
