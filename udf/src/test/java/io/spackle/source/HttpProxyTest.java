package io.spackle.source;

import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.spackle.row.ErrorCode;
import io.spackle.source.FetchSettings.AllowLists;
import io.spackle.source.FetchSettings.RequestSettings;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests through a proxy. It resolves the names of hosts, which do not exist here. */
@Timeout(120)
class HttpProxyTest {

  private static final byte[] OK =
      TinyProxy.response("200 OK", "Content-Length: 2", "Content-Type: image/png", "", "ab");

  private static final byte[] BODY = {'a', 'b'};

  /** user:s3cret */
  private static final String CREDENTIALS = "Proxy-Authorization: Basic dXNlcjpzM2NyZXQ=\n";

  @RegisterExtension
  static final WireMockExtension TLS_HOST =
      WireMockExtension.newInstance().options(wireMockConfig().dynamicHttpsPort()).build();

  @Test
  void httpUrlsAreRequestedFromTheProxy() throws Exception {
    try (var proxy = proxy(head -> OK);
        var source = source(proxy, "")) {
      assertThat(source.fetch("http://images.example/a b.png?x=1")).isEqualTo(BODY);
      assertThat(proxy.heads())
          .singleElement()
          .asString()
          .startsWith("GET http://images.example/a%20b.png?x=1 HTTP/1.1\n")
          .contains("Host: images.example\n")
          .doesNotContain("Authorization", "Upgrade");
    }
  }

  @Test
  void theProxyReceivesItsCredentialsWithoutAsking() throws Exception {
    try (var proxy = proxy(head -> OK);
        var source = source(proxy, "user:s3cret@")) {
      assertThat(source.fetch("http://anna:other@images.example/")).isEqualTo(BODY);
      assertThat(proxy.heads())
          .singleElement()
          .asString()
          .contains(CREDENTIALS, "\nAuthorization: Basic YW5uYTpvdGhlcg==\n");
    }
  }

  /** The host's certificate is not trusted, which shows that the tunnel leads to it. */
  @Test
  void httpsUrlsAreTunnelledAndVerified() throws Exception {
    try (var proxy = proxy(head -> TinyProxy.response("200 Connection established"));
        var source = source(proxy, "user:s3cret@")) {
      assertThat(Settings.code(source, "https://anna:other@images.example:8443/a.png"))
          .isEqualTo(ErrorCode.FETCH_TLS);
      assertThat(proxy.heads())
          .singleElement()
          .asString()
          .startsWith("CONNECT images.example:8443 HTTP/1.1\n")
          .contains(CREDENTIALS)
          .doesNotContain("\nAuthorization", "a.png");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://images.example/", "https://images.example/"})
  void refusedCredentialsAreReportedAndNotRetried(String url) throws Exception {
    byte[] refused =
        TinyProxy.response(
            "407 Proxy Authentication Required",
            "Proxy-Authenticate: Basic realm=\"x\"",
            "Content-Length: 0");
    try (var proxy = proxy(head -> refused);
        var source = source(proxy, "user:s3cret@")) {
      assertThat(Settings.fault(source, url))
          .hasMessageContainingAll("the proxy answers with status 407", "spackle.fetch.proxy")
          .hasMessageNotContaining("s3cret")
          .extracting("code")
          .isEqualTo(ErrorCode.FETCH_DENIED);
      assertThat(proxy.heads()).hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "403 Forbidden,1,FETCH_DENIED",
    "302 Found,2,FETCH_UNREACHABLE",
    "502 Bad Gateway,2,FETCH_UNREACHABLE"
  })
  void refusedTunnelsAreRetriedIfTheFailureMayBeTemporary(
      String status, int requests, ErrorCode code) throws Exception {
    try (var proxy = proxy(head -> TinyProxy.response(status, "Content-Length: 0", "Location: /"));
        var source = source(proxy, "user:s3cret@")) {
      assertThat(Settings.fault(source, "https://images.example/"))
          .hasMessageContainingAll(
              "through the proxy http://***@localhost:", "status " + status.substring(0, 3))
          .extracting("code")
          .isEqualTo(code);
      assertThat(proxy.heads()).hasSize(requests);
    }
  }

  @Test
  void anUnreachableProxyIsNamed() throws Exception {
    int closed;
    try (var socket = new ServerSocket(0)) {
      closed = socket.getLocalPort();
    }
    try (var source = source(closed, "user:s3cret@")) {
      assertThat(Settings.fault(source, "https://images.example/"))
          .hasMessageContaining("through the proxy http://***@localhost:" + closed)
          .hasMessageNotContaining("s3cret")
          .extracting("code")
          .isEqualTo(ErrorCode.FETCH_UNREACHABLE);
    }
  }

  /** The proxy could reach them. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://localhost/",
        "http://a.localhost/",
        "http://intranet/",
        "https://metadata.google.internal/",
        "http://printer.local/",
        "http://10.0.0.1.:8080/",
        "http://images.example/redirect",
      })
  void privateTargetsAreRefused(String url) throws Exception {
    byte[] redirect =
        TinyProxy.response("302 Found", "Location: http://10.0.0.1/", "Content-Length: 0");
    try (var proxy = proxy(head -> head.contains("/redirect ") ? redirect : OK);
        var source = source(proxy, "")) {
      assertThat(Settings.fault(source, url))
          .hasMessageContaining("a public one expected (or name the host in")
          .extracting("code")
          .isEqualTo(ErrorCode.URL_FORBIDDEN);
      assertThat(proxy.heads()).hasSize(url.endsWith("/redirect") ? 1 : 0);
    }
  }

  @Test
  void privateTargetsMayBeAllowed() throws Exception {
    try (var proxy = proxy(head -> OK);
        var source = source(proxy, "")) {
      assertThat(source.fetch("http://allowed.internal:9000/")).isEqualTo(BODY);
    }
  }

  private static TinyProxy proxy(Function<String, byte[]> answer) throws IOException {
    return new TinyProxy(answer, TLS_HOST.getHttpsPort());
  }

  private static HttpSource source(TinyProxy proxy, String userInfo) {
    return source(proxy.port(), userInfo);
  }

  private static HttpSource source(int port, String userInfo) {
    var proxy = ProxySetting.of("http://" + userInfo + "localhost:" + port);
    return new HttpSource(
        new FetchSettings(
            Duration.ofSeconds(10),
            Settings.MAX_BYTES,
            1,
            8,
            new AllowLists(List.of(), List.of(), List.of("allowed.internal")),
            new RequestSettings(RequestHeaders.NONE, null, proxy)));
  }
}
