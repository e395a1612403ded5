package io.spackle.source;

import static com.github.tomakehurst.wiremock.client.WireMock.absent;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.notFound;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.temporaryRedirect;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.spackle.source.FetchSettings.RequestSettings;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Configured headers and the user agent. */
class RequestHeadersTest {

  private static final byte[] BYTES = {1, 2, 3};
  private static final String TOKEN = "Bearer s3cret";

  @RegisterExtension
  static final WireMockExtension HOST =
      WireMockExtension.newInstance().options(wireMockConfig().dynamicPort()).build();

  @Test
  void headersAreSentToTheirHostOnly() throws Exception {
    String other = "http://127.0.0.1:" + HOST.getPort();
    HOST.stubFor(get("/a").willReturn(temporaryRedirect("/b")));
    HOST.stubFor(get("/b").willReturn(temporaryRedirect(other + "/c")));
    HOST.stubFor(get("/c").willReturn(temporaryRedirect(url("/d"))));
    HOST.stubFor(get("/d").willReturn(ok().withBody(BYTES)));
    try (var source = new HttpSource(settings(Map.of("authorization", TOKEN, "X-Client", "7")))) {
      assertThat(source.fetch(url("/a"))).isEqualTo(BYTES);
    }
    for (String path : new String[] {"/a", "/b", "/d"}) {
      HOST.verify(
          getRequestedFor(urlEqualTo(path))
              .withHeader("Authorization", equalTo(TOKEN))
              .withHeader("X-Client", equalTo("7")));
    }
    HOST.verify(
        getRequestedFor(urlEqualTo("/c"))
            .withHeader("Authorization", absent())
            .withHeader("X-Client", absent()));
  }

  @Test
  void theUserInfoOfAUrlTakesPrecedence() throws Exception {
    HOST.stubFor(get("/a").withBasicAuth("user", "pass").willReturn(ok().withBody(BYTES)));
    try (var source = new HttpSource(settings(Map.of("Authorization", TOKEN)))) {
      assertThat(source.fetch("http://user:pass@localhost:" + HOST.getPort() + "/a"))
          .isEqualTo(BYTES);
    }
  }

  @Test
  void webhooksReceiveTheUserAgentButNoHeaders() throws Exception {
    HOST.stubFor(post("/hook").willReturn(ok()));
    try (var http =
        new HttpPost(settings(Map.of("Authorization", TOKEN)), Duration.ofSeconds(5), "key")) {
      http.send(url("/hook"), Map.of(), BYTES);
    }
    HOST.verify(
        postRequestedFor(urlEqualTo("/hook"))
            .withHeader("User-Agent", equalTo("Shop/1.0 (shop@example.com)"))
            .withHeader("Authorization", absent()));
  }

  @Test
  void failuresAndSettingsDoNotShowThem() {
    HOST.stubFor(get("/a").willReturn(notFound()));
    FetchSettings settings = settings(Map.of("Authorization", TOKEN));
    try (var source = new HttpSource(settings)) {
      assertThat(Settings.fault(source, url("/a"))).hasMessageNotContaining("s3cret");
    }
    assertThat(settings.toString()).contains("localhost=[Authorization]").doesNotContain("s3cret");
  }

  @Test
  void theMostSpecificHostWins() {
    var headers =
        new RequestHeaders(
            Map.of(
                "*.example.com", Map.of("A", "1", "B", "1", "C", "1"),
                "*.cdn.Example.com", Map.of("b", "2", "C", "2"),
                "x.cdn.example.com", Map.of("c", "3"),
                "bücher.example", Map.of("D", "4")));
    assertThat(headers.of("x.cdn.example.com"))
        .containsExactly(entry("A", "1"), entry("B", "2"), entry("C", "3"));
    assertThat(headers.of("y.cdn.example.com")).containsEntry("C", "2");
    assertThat(headers.of("a.example.com")).containsEntry("B", "1");
    assertThat(headers.of("xn--bcher-kva.example")).containsOnly(entry("D", "4"));
    assertThat(headers.of("example.com")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Host", "connection", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "TE",
        "Trailer", "Transfer-Encoding", "Upgrade", "Content-Length", "Expect", "Accept-Encoding"
      })
  void headersOfTheConnectionAreRefused(String name) {
    assertThatThrownBy(() -> new RequestHeaders(Map.of("a.example", Map.of(name, "s3cret"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("a.example", name, "cannot be set")
        .hasMessageNotContaining("s3cret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"A b", "A:", "A\r\nB", "\u00FC", ""})
  void malformedNamesAreRefused(String name) {
    checkRefused(name, "s3cret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"s3cret\r\nB: c", "s3cret\n", "s3cret\0", "s3cr\u00E9t", " s3cret", "", " "})
  void malformedValuesAreRefused(String value) {
    checkRefused("A", value);
  }

  private static void checkRefused(String name, String value) {
    assertThatThrownBy(() -> new RequestHeaders(Map.of("a.example", Map.of(name, value))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("a.example", "expected")
        .hasMessageNotContainingAny("s3cr", "\n");
  }

  @Test
  void malformedHostsAreRefused() {
    assertThatThrownBy(() -> new RequestHeaders(Map.of("http://a", Map.of("A", "s3cret"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("http://a")
        .hasMessageNotContaining("s3cret");
  }

  private static FetchSettings settings(Map<String, String> headers) {
    return Settings.with(
        Settings.local(Duration.ofSeconds(10), 0, 8),
        new RequestSettings(
            new RequestHeaders(Map.of("localhost", headers)),
            "Shop/1.0 (shop@example.com)",
            ProxySetting.AUTOMATIC));
  }

  private static String url(String path) {
    return "http://localhost:" + HOST.getPort() + path;
  }
}
