package io.spackle.source;

import static io.spackle.row.ErrorCode.FETCH_DENIED;
import static io.spackle.row.ErrorCode.FETCH_HOST_DOWN;
import static io.spackle.row.ErrorCode.FETCH_STATUS;
import static io.spackle.row.ErrorCode.FETCH_TIMEOUT;
import static io.spackle.row.ErrorCode.FETCH_TLS;
import static io.spackle.row.ErrorCode.FETCH_UNREACHABLE;

import io.spackle.row.RowException;
import io.spackle.source.AddressGuard.ForbiddenAddressException;
import io.spackle.source.Fetching.Rest;
import io.spackle.source.Fetching.Wait;
import io.spackle.source.HttpConnections.ProxyRefusedException;
import java.io.IOException;
import java.net.SocketException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpHead;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.io.Closer;

/** An HTTP client for single requests, without redirects or retries. Thread-safe. */
final class HttpExchange implements AutoCloseable {

  private static final String PROXY_ADVICE =
      "; check spackle.fetch.proxy, its user and its password";

  private final HttpConnections connections;
  private final RequestHeaders headers;
  private final HostStates hosts;
  private final long maxBytes;
  private final String timeoutKey;
  private final ScheduledThreadPoolExecutor scheduler =
      new ScheduledThreadPoolExecutor(1, HttpExchange::daemon);

  /** Reads a response. */
  @FunctionalInterface
  private interface ResponseReader {
    HttpReply read(ClassicHttpResponse response) throws IOException, RetryableException;
  }

  private record Call(HttpTarget target, HttpUriRequestBase request, ResponseReader reader) {}

  /**
   * @param timeoutKey the configuration key of the deadline
   */
  HttpExchange(FetchSettings settings, AddressGuard guard, String timeoutKey) {
    this.timeoutKey = timeoutKey;
    this.connections =
        new HttpConnections(settings, guard, Proxies.of(settings.requests().proxy()));
    this.headers = settings.requests().headers();
    this.hosts = new HostStates(settings.perHost());
    this.maxBytes = settings.maxBytes();
    scheduler.setRemoveOnCancelPolicy(true);
  }

  /**
   * Sends a GET request with the configured headers of its host.
   *
   * @param deadline extended by the time spent waiting for a free connection
   * @param rest runs the waits for the host
   */
  HttpReply get(HttpTarget target, Deadline deadline, Rest rest)
      throws InterruptedException, RetryableException {
    return send(
        asked(
            new HttpGet(URI.create("/")),
            target,
            response -> HttpReply.ofGet(target.location(), response, maxBytes)),
        deadline,
        rest);
  }

  /** Sends a HEAD request with the configured headers of its host, as {@link #get}. */
  HttpReply head(HttpTarget target, Deadline deadline, Rest rest)
      throws InterruptedException, RetryableException {
    return send(
        asked(
            new HttpHead(URI.create("/")),
            target,
            response -> HttpReply.ofHead(target.location(), response)),
        deadline,
        rest);
  }

  private Call asked(HttpUriRequestBase request, HttpTarget target, ResponseReader reader) {
    // Images are compressed already. Responses with gzip are decoded nevertheless.
    request.setHeader(HttpHeaders.ACCEPT_ENCODING, "identity");
    headers.of(target.host()).forEach(request::setHeader);
    return new Call(target, request, reader);
  }

  /** Sends a POST request with a JSON body. */
  void post(HttpTarget target, Map<String, String> headers, byte[] body, Deadline deadline)
      throws InterruptedException, RetryableException {
    HttpUriRequestBase post = new HttpUriRequestBase("POST", URI.create("/"));
    headers.forEach(post::setHeader);
    post.setEntity(new ByteArrayEntity(body, ContentType.APPLICATION_JSON));
    send(
        new Call(target, post, response -> HttpReply.ofPost(target.location(), response)),
        deadline,
        Wait::await);
  }

  private HttpReply send(Call call, Deadline deadline, Rest rest)
      throws InterruptedException, RetryableException {
    HttpTarget target = call.target();
    HostStates.Host host = hosts.of(target.host());
    long start = System.nanoTime();
    try (HostStates.Host.Connection connection = host.connection()) {
      connection.acquire(rest);
      deadline.addTimeSince(start);
      if (host.isDown()) {
        throw target
            .location()
            .fault(FETCH_HOST_DOWN, "the host failed repeatedly and is not contacted for a minute");
      }
      awaitPause(target.location(), deadline, host, rest);
      return exchange(call, deadline, host);
    }
  }

  @Override
  public void close() {
    scheduler.shutdownNow();
    connections.close();
  }

  /** Keeps the connection while it waits, since no request may be sent. */
  private static void awaitPause(
      Location location, Deadline deadline, HostStates.Host host, Rest rest)
      throws InterruptedException, RetryableException {
    Duration pause = host.pause();
    if (pause.compareTo(deadline.remaining()) > 0) {
      String found = "the host asked for a pause of another %d s (Retry-After)";
      throw new RetryableException(
          location.fault(FETCH_STATUS, found.formatted(pause.toSeconds())), pause);
    }
    if (!pause.isNegative()) {
      deadline.sleep(pause, rest);
    }
  }

  private HttpReply exchange(Call call, Deadline deadline, HostStates.Host host)
      throws InterruptedException, RetryableException {
    HttpTarget target = call.target();
    setTarget(call.request(), target);
    var watchdog = new RequestWatchdog(scheduler, call.request(), deadline);
    try {
      HttpReply reply = execute(call);
      host.answered();
      return reply;
    } catch (RowException e) {
      host.answered();
      throw e;
    } catch (RetryableException e) {
      host.answered();
      e.retryAfter().ifPresent(host::pauseFor);
      throw e;
    } catch (IOException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException("interrupted while fetching " + target);
      }
      throw fault(target, deadline, host, e);
    } finally {
      watchdog.close();
    }
  }

  private HttpReply execute(Call call) throws IOException, RetryableException {
    ClassicHttpResponse response = connections.open(call.target(), call.request());
    try {
      return call.reader().read(response);
    } finally {
      // Closing alone would read an unread body to its end, which may never come. After a complete
      // read the connection is back in the pool, and cancelling does not affect it.
      call.request().cancel();
      Closer.closeQuietly(response);
    }
  }

  /** Throws a permanent failure, returns a temporary one. */
  private RetryableException fault(
      HttpTarget target, Deadline deadline, HostStates.Host host, IOException e) {
    Location location = target.location();
    if (e instanceof ForbiddenAddressException) {
      throw location.forbidden(
          "the address "
              + e.getMessage()
              + " found, a public one expected"
              + " (or name the host in spackle.fetch.allow-private)");
    }
    // An SSLException is also thrown if an established connection breaks.
    if (e instanceof SSLException && !(e.getCause() instanceof SocketException)) {
      throw location.fault(FETCH_TLS, "the TLS connection cannot be trusted: " + e.getMessage(), e);
    }
    if (e instanceof ProxyRefusedException refused && refused.status() / 100 == 4) {
      throw location.fault(FETCH_DENIED, through(target) + refused.getMessage() + PROXY_ADVICE, e);
    }
    host.failed();
    if (deadline.isPassed()) {
      throw location.fault(FETCH_TIMEOUT, "not complete in time (" + timeoutKey + ")", e);
    }
    return new RetryableException(
        location.fault(FETCH_UNREACHABLE, through(target) + "the connection failed: " + e, e),
        null);
  }

  private String through(HttpTarget target) {
    return connections.proxy(target).map(proxy -> "through the proxy " + proxy + ", ").orElse("");
  }

  private static void setTarget(HttpUriRequestBase request, HttpTarget target) {
    // Not in the constructor, which takes a path with two slashes for a host.
    request.setPath(target.path());
    if (target.authorization() != null) {
      request.setHeader(HttpHeaders.AUTHORIZATION, target.authorization());
    }
  }

  private static Thread daemon(Runnable task) {
    var thread = new Thread(task, "spackle-fetch-watch");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Cancels a request when its deadline has passed or its thread is interrupted. Sockets do
   * neither: their timeouts restart with each byte, and they ignore interrupts.
   */
  private static final class RequestWatchdog implements AutoCloseable {
    private static final long PERIOD_MILLIS = 50;

    private final Thread owner = Thread.currentThread();
    private final Cancellable request;
    private final Deadline deadline;
    private final ScheduledFuture<?> checks;

    /** Watches on behalf of the calling thread until closed. */
    RequestWatchdog(ScheduledExecutorService scheduler, Cancellable request, Deadline deadline) {
      this.request = request;
      this.deadline = deadline;
      this.checks =
          scheduler.scheduleAtFixedRate(
              this::check, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
      checks.cancel(false);
    }

    private void check() {
      if (deadline.isPassed() || owner.isInterrupted()) {
        request.cancel();
      }
    }
  }
}
