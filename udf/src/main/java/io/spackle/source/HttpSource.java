package io.spackle.source;

import static io.spackle.row.ErrorCode.FETCH_NOT_FOUND;
import static io.spackle.row.ErrorCode.FETCH_REDIRECTS;

import io.spackle.row.RowException;
import io.spackle.source.Fetching.Rest;
import java.time.Duration;
import java.util.Optional;

/**
 * Fetches http and https URLs.
 *
 * <p>One deadline applies to the complete fetch: redirects, body, retries and the waits between
 * them. Only the wait for one of the host's connections is excluded. Each redirect passes the same
 * checks of scheme, port, host and address.
 */
final class HttpSource implements ImageSource {

  private static final int MAX_REDIRECTS = 5;

  private final FetchSettings settings;
  private final HttpRules rules;
  private final HttpExchange http;

  /**
   * @throws IllegalArgumentException if a setting, or a proxy of the JVM or the environment, is
   *     invalid
   */
  HttpSource(FetchSettings settings) {
    Proxies.of(settings.requests().proxy()).check();
    this.settings = settings;
    this.rules = HttpRules.of(settings);
    this.http = new HttpExchange(settings, rules.guard(), "spackle.fetch.timeout");
  }

  /** A request for a target. */
  @FunctionalInterface
  private interface Request {
    HttpReply send(HttpTarget target, Deadline deadline, Rest rest)
        throws InterruptedException, RetryableException;
  }

  /** One request of a fetch. */
  @FunctionalInterface
  private interface Exchange {
    HttpReply with(HttpTarget target) throws InterruptedException, RetryableException;
  }

  @Override
  public byte[] fetch(String text, Fetching fetching) throws InterruptedException {
    try {
      HttpReply reply = reply(text, http::get, fetching.rest());
      if (reply.version() != null) {
        fetching.version().accept(reply.version());
      }
      return reply.body();
    } catch (RowException e) {
      if (e.code() == FETCH_NOT_FOUND) {
        fetching.version().accept(FileVersion.MISSING);
      }
      throw e;
    }
  }

  @Override
  public Optional<String> version(String text) throws InterruptedException {
    try {
      return Optional.ofNullable(reply(text, http::head, Fetching.UNOBSERVED.rest()).version());
    } catch (RowException e) {
      return e.code() == FETCH_NOT_FOUND ? Optional.of(FileVersion.MISSING) : Optional.empty();
    }
  }

  private HttpReply reply(String text, Request request, Rest rest) throws InterruptedException {
    var target = HttpTarget.of(Location.of(text));
    var deadline = Deadline.in(settings.timeout());
    for (int retries = 0; ; retries++) {
      try {
        return follow(target, to -> request.send(to, deadline, rest));
      } catch (RetryableException e) {
        Duration wait = e.waitBeforeRetry(retries);
        if (retries == settings.retries() || wait.compareTo(deadline.remaining()) > 0) {
          throw e.fault();
        }
        deadline.sleep(wait, rest);
      }
    }
  }

  @Override
  public void check(String text) {
    rules.check(HttpTarget.of(Location.of(text)));
  }

  @Override
  public void close() {
    http.close();
  }

  private HttpReply follow(HttpTarget start, Exchange exchange)
      throws InterruptedException, RetryableException {
    HttpTarget target = start;
    for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      HttpReply reply = sent(start, target, exchange);
      if (reply.redirect() == null) {
        return reply;
      }
      target = next(start, target, reply.redirect());
    }
    throw start
        .location()
        .fault(FETCH_REDIRECTS, "more than " + MAX_REDIRECTS + " redirects found");
  }

  private HttpReply sent(HttpTarget start, HttpTarget target, Exchange exchange)
      throws InterruptedException, RetryableException {
    try {
      rules.check(target);
      return exchange.with(target);
    } catch (RowException e) {
      throw target.equals(start) ? e : redirected(start, e);
    } catch (RetryableException e) {
      throw target.equals(start)
          ? e
          : new RetryableException(redirected(start, e.fault()), e.retryAfter().orElse(null));
    }
  }

  private static HttpTarget next(HttpTarget start, HttpTarget target, String reference) {
    try {
      return target.redirected(reference);
    } catch (RowException e) {
      throw redirected(start, e);
    }
  }

  /** The failure of a redirect, for a message that names the location in the manifest. */
  private static RowException redirected(HttpTarget start, RowException e) {
    return start.location().fault(e.code(), "redirected to " + e.getMessage(), e);
  }
}
