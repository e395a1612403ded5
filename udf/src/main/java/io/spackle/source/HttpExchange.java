package io.spackle.source;

import static io.spackle.row.ErrorCode.FETCH_HOST_DOWN;
import static io.spackle.row.ErrorCode.FETCH_STATUS;
import static io.spackle.row.ErrorCode.FETCH_TIMEOUT;
import static io.spackle.row.ErrorCode.FETCH_TLS;
import static io.spackle.row.ErrorCode.FETCH_UNREACHABLE;

import io.spackle.row.RowException;
import io.spackle.source.AddressGuard.ForbiddenAddressException;
import java.io.IOException;
import java.net.SocketException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.io.Closer;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/** One request and its answer, without redirects or retries. */
final class HttpExchange implements AutoCloseable {

  private static final Duration LONGEST_CONNECT = Duration.ofSeconds(10);
  private static final TimeValue LONGEST_IDLE = TimeValue.ofSeconds(30);

  private final CloseableHttpClient client;
  private final HostStates hosts;
  private final long maxBytes;
  private final String timeoutKey;
  private final ScheduledThreadPoolExecutor clock =
      new ScheduledThreadPoolExecutor(1, HttpExchange::daemon);

  /** What is made of an answer. */
  @FunctionalInterface
  private interface Reading {
    HttpReply of(ClassicHttpResponse response) throws IOException, RetryableException;
  }

  private record Asked(HttpTarget target, HttpUriRequestBase request, Reading reading) {}

  /**
   * @param timeoutKey what the deadline is called where it is set
   */
  HttpExchange(FetchSettings settings, AddressGuard guard, String timeoutKey) {
    this.timeoutKey = timeoutKey;
    this.client = client(settings, guard);
    this.hosts = new HostStates(settings.perHost());
    this.maxBytes = settings.maxBytes();
    clock.setRemoveOnCancelPolicy(true);
  }

  /**
   * Asks one host.
   *
   * @param deadline moved by the time spent waiting for a free connection, which is no fault of the
   *     host
   */
  HttpReply get(HttpTarget target, Deadline deadline)
      throws InterruptedException, RetryableException {
    HttpGet get = new HttpGet(URI.create("/"));
    // Images are compressed already. Hosts that compress anyway are understood.
    get.setHeader(HttpHeaders.ACCEPT_ENCODING, "identity");
    return ask(
        new Asked(target, get, answer -> HttpReply.of(target.location(), answer, maxBytes)),
        deadline);
  }

  /** Sends something to one host. */
  void post(HttpTarget target, Map<String, String> headers, byte[] body, Deadline deadline)
      throws InterruptedException, RetryableException {
    HttpUriRequestBase post = new HttpUriRequestBase("POST", URI.create("/"));
    headers.forEach(post::setHeader);
    post.setEntity(new ByteArrayEntity(body, ContentType.APPLICATION_JSON));
    ask(new Asked(target, post, answer -> HttpReply.ofSent(target.location(), answer)), deadline);
  }

  private HttpReply ask(Asked asked, Deadline deadline)
      throws InterruptedException, RetryableException {
    HttpTarget target = asked.target();
    HostStates.Host host = hosts.of(target.host());
    long start = System.nanoTime();
    host.enter();
    try {
      deadline.grantSince(start);
      if (host.isDown()) {
        throw target
            .location()
            .fault(FETCH_HOST_DOWN, "the host did not answer lately, left alone for a minute");
      }
      awaitRest(target.location(), deadline, host);
      return exchange(asked, deadline, host);
    } finally {
      host.leave();
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
    client.close(CloseMode.IMMEDIATE);
  }

  /** Holds its connection meanwhile: none may be used. */
  private static void awaitRest(Location location, Deadline deadline, HostStates.Host host)
      throws InterruptedException, RetryableException {
    Duration rest = host.rest();
    if (rest.compareTo(deadline.left()) > 0) {
      String found = "the host wants to be left alone for another %d s (Retry-After)";
      throw new RetryableException(
          location.fault(FETCH_STATUS, found.formatted(rest.toSeconds())), rest);
    }
    Thread.sleep(Math.max(0, rest.toMillis()));
  }

  private HttpReply exchange(Asked asked, Deadline deadline, HostStates.Host host)
      throws InterruptedException, RetryableException {
    HttpTarget target = asked.target();
    address(asked.request(), target);
    var watch = new RequestWatchdog(clock, asked.request(), deadline);
    try {
      HttpReply answer = send(asked);
      host.answered();
      return answer;
    } catch (RowException e) {
      host.answered();
      throw e;
    } catch (RetryableException e) {
      host.answered();
      e.chosenWait().ifPresent(host::restFor);
      throw e;
    } catch (IOException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException("interrupted while fetching " + target);
      }
      throw fault(target.location(), deadline, host, e);
    } finally {
      watch.close();
    }
  }

  private HttpReply send(Asked asked) throws IOException, RetryableException {
    ClassicHttpResponse response =
        client.executeOpen(httpHost(asked.target()), asked.request(), null);
    try {
      return asked.reading().of(response);
    } finally {
      // Closing alone would read an unwanted body to its end, which may never come. After a body
      // that was read, the connection is back in the pool, where a cancel does not reach it.
      asked.request().cancel();
      Closer.closeQuietly(response);
    }
  }

  /** The fault of a row, thrown, or one to try again, returned. */
  private RetryableException fault(
      Location location, Deadline deadline, HostStates.Host host, IOException e) {
    if (e instanceof ForbiddenAddressException) {
      throw location.forbidden(
          "the address "
              + e.getMessage()
              + " found, a public one expected"
              + " (or name the host in spackle.fetch.allow-private)");
    }
    // What breaks a secure connection halfway comes as an SSLException too.
    if (e instanceof SSLException && !(e.getCause() instanceof SocketException)) {
      throw location.fault(FETCH_TLS, "no trustworthy secure connection: " + e.getMessage(), e);
    }
    host.failed();
    if (deadline.isPassed()) {
      throw location.fault(FETCH_TIMEOUT, "not done in time (" + timeoutKey + ")", e);
    }
    return new RetryableException(
        location.fault(FETCH_UNREACHABLE, "the connection failed: " + e, e), null);
  }

  private static void address(HttpUriRequestBase request, HttpTarget target) {
    // Not in the constructor, where a path with two slashes would pass for a host.
    request.setPath(target.path());
    if (target.authorization() != null) {
      request.setHeader(HttpHeaders.AUTHORIZATION, target.authorization());
    }
  }

  private static HttpHost httpHost(HttpTarget target) {
    return new HttpHost(target.scheme(), target.host(), target.port());
  }

  private static CloseableHttpClient client(FetchSettings settings, AddressGuard guard) {
    return HttpClients.custom()
        .setConnectionManager(connections(settings, guard))
        .setDefaultRequestConfig(RequestConfig.custom().setAuthenticationEnabled(false).build())
        .setUserAgent("Spackle/" + version())
        .disableRedirectHandling()
        .disableContentCompression()
        .disableAutomaticRetries()
        .disableCookieManagement()
        .disableAuthCaching()
        .evictIdleConnections(LONGEST_IDLE)
        .build();
  }

  private static HttpClientConnectionManager connections(
      FetchSettings settings, AddressGuard guard) {
    return PoolingHttpClientConnectionManagerBuilder.create()
        .setDnsResolver(guard)
        .setMaxConnPerRoute(settings.perHost())
        .setMaxConnTotal(Integer.MAX_VALUE)
        .setDefaultConnectionConfig(timeouts(settings.timeout()))
        .build();
  }

  /** A third of the whole for connecting, so that there is time for another try. */
  private static ConnectionConfig timeouts(Duration whole) {
    Duration third = whole.dividedBy(3);
    Duration connect = third.compareTo(LONGEST_CONNECT) < 0 ? third : LONGEST_CONNECT;
    return ConnectionConfig.custom()
        .setConnectTimeout(Timeout.of(connect))
        .setSocketTimeout(Timeout.of(whole))
        .build();
  }

  private static String version() {
    String version = HttpExchange.class.getPackage().getImplementationVersion();
    return version == null ? "unpackaged" : version;
  }

  private static Thread daemon(Runnable task) {
    var thread = new Thread(task, "spackle-fetch-watch");
    thread.setDaemon(true);
    return thread;
  }
}
