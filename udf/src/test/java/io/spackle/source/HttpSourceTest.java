package io.spackle.source;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.absent;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.matching;
import static com.github.tomakehurst.wiremock.client.WireMock.notFound;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.temporaryRedirect;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static com.github.tomakehurst.wiremock.stubbing.Scenario.STARTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.sun.net.httpserver.HttpServer;
import io.spackle.row.ErrorCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class HttpSourceTest {

  private static final byte[] BYTES = {1, 2, 3};

  @RegisterExtension
  static final WireMockExtension HOST =
      WireMockExtension.newInstance()
          .options(wireMockConfig().dynamicPort().dynamicHttpsPort())
          .build();

  @Test
  void requestsHaveAUserAgent() throws Exception {
    HOST.stubFor(
        get("/a").willReturn(ok().withBody(BYTES).withHeader("Content-Type", "text/html")));
    try (var source = source(0)) {
      assertThat(source.fetch(url("/a"))).isEqualTo(BYTES);
    }
    HOST.verify(getRequestedFor(urlEqualTo("/a")).withHeader("User-Agent", matching("Spackle/.+")));
  }

  @ParameterizedTest
  @CsvSource({
    "400,FETCH_STATUS",
    "401,FETCH_DENIED",
    "403,FETCH_DENIED",
    "404,FETCH_NOT_FOUND",
    "410,FETCH_NOT_FOUND",
    "300,FETCH_STATUS",
    "302,FETCH_STATUS",
  })
  void permanentFailuresAreNotRetried(int status, ErrorCode code) {
    HOST.stubFor(get("/a").willReturn(aResponse().withStatus(status)));
    try (var source = source(2)) {
      assertThat(Settings.code(source, url("/a"))).isEqualTo(code);
    }
    HOST.verify(1, getRequestedFor(urlEqualTo("/a")));
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 429, 500, 502, 503, 504})
  void temporaryFailuresAreRetried(int status) {
    HOST.stubFor(get("/a").willReturn(aResponse().withStatus(status)));
    try (var source = source(2)) {
      assertThat(Settings.fault(source, url("/a")))
          .hasMessageContaining("status " + status)
          .extracting("code")
          .isEqualTo(ErrorCode.FETCH_STATUS);
    }
    HOST.verify(3, getRequestedFor(urlEqualTo("/a")));
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void brokenConnectionsAreRetried(Fault fault) throws Exception {
    stubOnce("/a", aResponse().withFault(fault));
    try (var source = source(1)) {
      assertThat(source.fetch(url("/a"))).isEqualTo(BYTES);
    }
  }

  /** Others can fetch from other hosts meanwhile. */
  @Test
  void theFetchRestsWhileItsHostRecovers() throws Exception {
    stubOnce("/a", aResponse().withStatus(503).withHeader("Retry-After", "1"));
    List<Duration> rests = new CopyOnWriteArrayList<>();
    try (var source = source(1)) {
      assertThat(source.fetch(url("/a"), resting(rests))).isEqualTo(BYTES);
    }
    assertThat(rests.stream().reduce(Duration.ZERO, Duration::plus))
        .isGreaterThan(Duration.ofMillis(900));
  }

  @Test
  void theFetchRestsWhileItWaitsForAConnectionOfItsHost() throws Exception {
    HOST.stubFor(get("/a").willReturn(ok().withBody(BYTES).withFixedDelay(300)));
    List<Duration> rests = new CopyOnWriteArrayList<>();
    var threads = Executors.newFixedThreadPool(2);
    try (var source = new HttpSource(Settings.local(Duration.ofSeconds(20), 0, 1))) {
      Callable<byte[]> fetch = () -> source.fetch(url("/a"), resting(rests));
      threads.invokeAll(List.of(fetch, fetch)).forEach(done -> assertThat(done).isDone());
    } finally {
      threads.shutdown();
    }
    assertThat(rests).as("of the second one").hasSize(1);
    assertThat(rests.get(0)).isGreaterThan(Duration.ofMillis(200));
  }

  /** The connection would be lost for all rows of the executor. */
  @Test
  void aFetchThatIsInterruptedWhileItRestsLeavesItsConnection() throws Exception {
    HOST.stubFor(get("/a").willReturn(ok().withBody(BYTES).withFixedDelay(300)));
    Fetching interrupted =
        new Fetching(
            version -> {},
            wait -> {
              wait.await();
              throw new InterruptedException();
            });
    var threads = Executors.newFixedThreadPool(2);
    try (var source = new HttpSource(Settings.local(Duration.ofSeconds(20), 0, 1))) {
      Callable<byte[]> fetch = () -> source.fetch(url("/a"), interrupted);
      threads.invokeAll(List.of(fetch, fetch));
      assertThat(source.fetch(url("/a"))).isEqualTo(BYTES);
    } finally {
      threads.shutdown();
    }
  }

  private static Fetching resting(List<Duration> rests) {
    return new Fetching(
        version -> {},
        wait -> {
          long start = System.nanoTime();
          wait.await();
          rests.add(Duration.ofNanos(System.nanoTime() - start));
        });
  }

  @Test
  void retryAfterIsHonoured() throws Exception {
    stubOnce("/a", aResponse().withStatus(503).withHeader("Retry-After", "1"));
    long start = System.nanoTime();
    try (var source = source(1)) {
      assertThat(source.fetch(url("/a"))).isEqualTo(BYTES);
    }
    assertThat(since(start)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
  }

  /** The fetch of another row waits too. */
  @Test
  void retryAfterAppliesToAllRowsOfTheHost() throws Exception {
    stubOnce("/a", aResponse().withStatus(429).withHeader("Retry-After", "1"));
    HOST.stubFor(get("/b").willReturn(ok().withBody(BYTES)));
    long start = System.nanoTime();
    try (var source = source(0)) {
      assertThat(Settings.code(source, url("/a"))).isEqualTo(ErrorCode.FETCH_STATUS);
      assertThat(source.fetch(url("/b"))).isEqualTo(BYTES);
    }
    assertThat(since(start)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(9));
  }

  @Test
  void retryAfterBeyondTheDeadlineFailsAtOnce() {
    HOST.stubFor(
        get("/a").willReturn(aResponse().withStatus(503).withHeader("Retry-After", "99999")));
    long start = System.nanoTime();
    try (var source = source(3)) {
      assertThat(Settings.fault(source, url("/a"))).hasMessageContaining("status 503");
      assertThat(Settings.fault(source, url("/b")))
          .hasMessageContaining("asked for a pause of another")
          .extracting("code")
          .isEqualTo(ErrorCode.FETCH_STATUS);
    }
    assertThat(since(start)).isLessThan(Duration.ofSeconds(5));
    HOST.verify(0, getRequestedFor(urlEqualTo("/b")));
  }

  @Test
  void waitBeyondTheDeadlineIsNotStarted() {
    HOST.stubFor(
        get("/a").willReturn(aResponse().withStatus(429).withHeader("Retry-After", "99999")));
    long start = System.nanoTime();
    try (var source = source(3)) {
      assertThat(Settings.code(source, url("/a"))).isEqualTo(ErrorCode.FETCH_STATUS);
    }
    assertThat(since(start)).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void slowBodiesEndAtTheDeadline() {
    HOST.stubFor(
        get("/a").willReturn(ok().withBody(new byte[100]).withChunkedDribbleDelay(100, 20_000)));
    checkTimeout();
  }

  @Test
  void slowHeadersEndAtTheDeadline() {
    HOST.stubFor(get("/a").willReturn(ok().withFixedDelay(20_000)));
    checkTimeout();
  }

  @Test
  void anInterruptEndsTheFetch() throws Exception {
    HOST.stubFor(get("/a").willReturn(ok().withFixedDelay(20_000)));
    try (var source = source(0)) {
      var threads = Executors.newSingleThreadExecutor();
      var fetch = threads.submit(() -> source.fetch(url("/a")));
      Thread.sleep(500);
      long start = System.nanoTime();
      threads.shutdownNow();
      assertThatThrownBy(fetch::get).hasCauseInstanceOf(InterruptedException.class);
      assertThat(since(start)).isLessThan(Duration.ofSeconds(10));
    }
  }

  /** The rest of the body is sent only after the deadline. */
  @ParameterizedTest
  @CsvSource({"200,FETCH_TOO_LARGE", "302,FETCH_NOT_FOUND", "404,FETCH_NOT_FOUND"})
  void unusedBodiesAreNotReadToTheirEnd(int status, ErrorCode code) throws Exception {
    HOST.stubFor(get("/none").willReturn(notFound()));
    var done = new CountDownLatch(1);
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getResponseHeaders().add("Location", url("/none"));
          exchange.sendResponseHeaders(status, 1_000_000);
          exchange.getResponseBody().write(new byte[200_000]);
          exchange.getResponseBody().flush();
          awaitQuietly(done);
        });
    server.start();
    long start = System.nanoTime();
    try (var source = source(0)) {
      assertThat(Settings.code(source, "http://localhost:" + server.getAddress().getPort() + "/"))
          .isEqualTo(code);
      assertThat(since(start)).isLessThan(Duration.ofSeconds(5));
    } finally {
      done.countDown();
      server.stop(0);
    }
  }

  @Test
  void fiveRedirectsAreFollowed() throws Exception {
    for (int hop = 0; hop < 6; hop++) {
      HOST.stubFor(get("/" + hop).willReturn(temporaryRedirect("/" + (hop + 1))));
    }
    HOST.stubFor(get("/6").willReturn(ok().withBody(BYTES)));
    try (var source = source(0)) {
      assertThat(source.fetch(url("/1"))).isEqualTo(BYTES);
      assertThat(Settings.code(source, url("/0"))).isEqualTo(ErrorCode.FETCH_REDIRECTS);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/a,FETCH_REDIRECTS",
    "http://127.0.0.2/b,URL_FORBIDDEN",
    "http://169.254.169.254/latest/meta-data,URL_FORBIDDEN",
    "http://[::ffff:127.0.0.1]/,URL_FORBIDDEN",
    "https://example.com:22/,URL_FORBIDDEN",
    "file:///etc/passwd,URL_INVALID",
    "http://2130706433/,URL_INVALID",
  })
  void eachRedirectIsChecked(String next, ErrorCode code) {
    HOST.stubFor(get("/a").willReturn(temporaryRedirect(next)));
    try (var source = source(0)) {
      assertThat(Settings.fault(source, url("/a")))
          .hasMessageStartingWith(url("/a"))
          .extracting("code")
          .isEqualTo(code);
    }
  }

  /** Whatever its charset is, the host receives the bytes that it sent. */
  @ParameterizedTest
  @CsvSource({
    "/ü b|c.png#top,UTF-8,/%C3%BC%20b%7Cc.png",
    "/ü b.png,ISO-8859-1,/%FC%20b.png",
    "b?ü=[1],UTF-8,/start/b?%C3%BC=%5B1%5D",
    "'  ../%C3%BC%zz ',UTF-8,/%C3%BC%25zz",
  })
  void redirectsMayBeUnencoded(String reference, String charset, String path) throws Exception {
    try (var host = new RawHost(Charset.forName(charset), Map.of("/start/a", reference));
        var source = source(0)) {
      assertThat(source.fetch("http://localhost:" + host.port() + "/start/a")).isEqualTo(BYTES);
      assertThat(host.paths()).containsExactly("/start/a", path);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/",
            "http://169.254.169.254/",
        "http://10.0.0.1:8080/", "http://localhost.:22/", "http://1.1.1.1:22/",
            "http://1.1.1.1:6379/",
      })
  void addressesAndPortsAreGuarded(String url) {
    try (var source = new HttpSource(Settings.of(List.of(), List.of()))) {
      assertThat(Settings.code(source, url)).isEqualTo(ErrorCode.URL_FORBIDDEN);
    }
  }

  @Test
  void onlyAllowedHostsAreContacted() {
    var settings =
        new FetchSettings(
            Duration.ofSeconds(5),
            9,
            0,
            1,
            new FetchSettings.AllowLists(List.of("example.com"), List.of(), List.of("localhost")),
            FetchSettings.RequestSettings.DEFAULT);
    try (var source = new HttpSource(settings)) {
      assertThat(Settings.fault(source, url("/a")))
          .hasMessageContaining("spackle.fetch.allow-hosts");
    }
  }

  @Test
  void userInfoIsSentToItsHostOnly() throws Exception {
    String other = "http://127.0.0.1:" + HOST.getPort() + "/b";
    HOST.stubFor(get("/a").withBasicAuth("user", "pass").willReturn(temporaryRedirect(other)));
    HOST.stubFor(get("/b").withHeader("Authorization", absent()).willReturn(ok().withBody(BYTES)));
    try (var source = source(0)) {
      assertThat(source.fetch("http://user:pass@localhost:" + HOST.getPort() + "/a"))
          .isEqualTo(BYTES);
    }
    HOST.verify(
        getRequestedFor(urlEqualTo("/a"))
            .withHeader("Host", equalTo("localhost:" + HOST.getPort())));
  }

  @Test
  void untrustedCertificatesAreNotRetried() {
    try (var source = source(3)) {
      long start = System.nanoTime();
      assertThat(Settings.code(source, "https://localhost:" + HOST.getHttpsPort() + "/a"))
          .isEqualTo(ErrorCode.FETCH_TLS);
      assertThat(since(start)).isLessThan(Duration.ofSeconds(5));
    }
  }

  @Test
  void unknownHostsAreUnreachable() {
    try (var source = source(1)) {
      assertThat(Settings.code(source, "http://nobody.invalid/a"))
          .isEqualTo(ErrorCode.FETCH_UNREACHABLE);
    }
  }

  @Test
  void deadHostsAreNotContacted() {
    HOST.stubFor(get("/a").willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)));
    try (var source = source(0)) {
      for (int i = 0; i < 10; i++) {
        assertThat(Settings.code(source, url("/a"))).isEqualTo(ErrorCode.FETCH_UNREACHABLE);
      }
      assertThat(Settings.code(source, url("/a"))).isEqualTo(ErrorCode.FETCH_HOST_DOWN);
    }
    HOST.verify(10, getRequestedFor(urlEqualTo("/a")));
  }

  /** The fetches together take longer than the timeout of one. */
  @Test
  void waitForAConnectionDoesNotCountAsTimeout() throws Exception {
    HOST.stubFor(get("/a").willReturn(ok().withBody(BYTES).withFixedDelay(400)));
    var threads = Executors.newFixedThreadPool(6);
    try (var source = new HttpSource(Settings.local(Duration.ofSeconds(2), 0, 1))) {
      Callable<byte[]> fetch = () -> source.fetch(url("/a"));
      var fetches =
          new ArrayList<Callable<byte[]>>(List.of(fetch, fetch, fetch, fetch, fetch, fetch));
      long start = System.nanoTime();
      for (var done : threads.invokeAll(fetches)) {
        assertThat(done.get()).isEqualTo(BYTES);
      }
      assertThat(since(start)).isGreaterThan(Duration.ofMillis(2400));
    } finally {
      threads.shutdownNow();
    }
  }

  private static void checkTimeout() {
    long start = System.nanoTime();
    try (var source = new HttpSource(Settings.local(Duration.ofSeconds(1), 3, 8))) {
      assertThat(Settings.code(source, url("/a"))).isEqualTo(ErrorCode.FETCH_TIMEOUT);
    }
    assertThat(since(start)).isBetween(Duration.ofMillis(900), Duration.ofSeconds(10));
  }

  private static void stubOnce(String path, ResponseDefinitionBuilder first) {
    HOST.stubFor(
        get(path)
            .inScenario(path)
            .whenScenarioStateIs(STARTED)
            .willSetStateTo("then")
            .willReturn(first));
    HOST.stubFor(
        get(path).inScenario(path).whenScenarioStateIs("then").willReturn(ok().withBody(BYTES)));
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Answers some paths with a redirect in some charset, all others with {@link #BYTES}. */
  private static final class RawHost implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 9, InetAddress.getLoopbackAddress());
    private final List<String> paths = new CopyOnWriteArrayList<>();

    RawHost(Charset charset, Map<String, String> redirects) throws IOException {
      var thread = new Thread(() -> answer(charset, redirects));
      thread.setDaemon(true);
      thread.start();
    }

    private void answer(Charset charset, Map<String, String> redirects) {
      while (!socket.isClosed()) {
        try (Socket client = socket.accept()) {
          var in = new BufferedReader(new InputStreamReader(client.getInputStream(), charset));
          String path = in.readLine().split(" ")[1];
          paths.add(path);
          while (!in.readLine().isEmpty()) {
            continue;
          }
          String redirect = redirects.get(path);
          String head =
              redirect == null
                  ? "200 OK\r\nContent-Length: 3"
                  : "302 Found\r\nContent-Length: 0\r\nLocation: " + redirect;
          String response = "HTTP/1.1 " + head + "\r\nConnection: close\r\n\r\n";
          client.getOutputStream().write(response.getBytes(charset));
          client.getOutputStream().write(redirect == null ? BYTES : new byte[0]);
        } catch (IOException e) {
          continue; // closed
        }
      }
    }

    int port() {
      return socket.getLocalPort();
    }

    List<String> paths() {
      return paths;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static HttpSource source(int retries) {
    return new HttpSource(Settings.local(Duration.ofSeconds(10), retries, 8));
  }

  private static String url(String path) {
    return "http://localhost:" + HOST.getPort() + path;
  }

  private static Duration since(long start) {
    return Duration.ofNanos(System.nanoTime() - start);
  }
}
