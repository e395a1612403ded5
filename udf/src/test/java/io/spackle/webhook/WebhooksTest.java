package io.spackle.webhook;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.temporaryRedirect;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static com.github.tomakehurst.wiremock.stubbing.Scenario.STARTED;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.spackle.source.FetchSettings;
import io.spackle.webhook.Webhooks.WebhookSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class WebhooksTest {

  private static final WebhookSecret SECRET =
      new WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

  @RegisterExtension
  static final WireMockExtension RECEIVER =
      WireMockExtension.newInstance().options(options().dynamicPort()).build();

  private final List<String> records = new CopyOnWriteArrayList<>();
  private Webhooks webhooks = webhooks(SECRET, 2);

  @AfterEach
  void close() {
    webhooks.close();
  }

  @Test
  void callIsAPostSignedWithIdAndTimestamp() throws Exception {
    RECEIVER.stubFor(post("/hook").willReturn(ok()));
    call("/hook");
    LoggedRequest request = RECEIVER.findAll(postRequestedFor(urlEqualTo("/hook"))).get(0);
    assertThat(request.getBodyAsString()).isEqualTo("{\"prompt\":\"caf\u00E9\"}");
    assertThat(request.getHeader("content-type")).startsWith("application/json");
    assertThat(request.getHeader("webhook-id")).isEqualTo("msg_k0_1");
    long timestamp = Long.parseLong(request.getHeader("webhook-timestamp"));
    assertThat(timestamp).isCloseTo(Instant.now().getEpochSecond(), within(60L));
    assertThat(request.getHeader("webhook-signature"))
        .isEqualTo(SECRET.signature("msg_k0_1", timestamp, request.getBody()));
    assertThat(records).singleElement().asString().contains("\"status\":\"delivered\",\"tries\":1");
  }

  @Test
  void callsWithoutASecretAreUnsigned() throws Exception {
    webhooks.close();
    webhooks = webhooks(null, 2);
    RECEIVER.stubFor(post("/hook").willReturn(ok()));
    call("/hook");
    LoggedRequest request = RECEIVER.findAll(postRequestedFor(urlEqualTo("/hook"))).get(0);
    assertThat(request.containsHeader("webhook-signature")).isFalse();
    assertThat(request.getHeader("webhook-id")).isEqualTo("msg_k0_1");
  }

  @Test
  void retryAfterOfABusyReceiverIsHonoured() throws Exception {
    RECEIVER.stubFor(
        post("/busy")
            .inScenario("busy")
            .whenScenarioStateIs(STARTED)
            .willReturn(aResponse().withStatus(503).withHeader("Retry-After", "1"))
            .willSetStateTo("free"));
    RECEIVER.stubFor(post("/busy").inScenario("busy").whenScenarioStateIs("free").willReturn(ok()));
    long start = System.nanoTime();
    call("/busy");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(990));
    List<LoggedRequest> attempts = RECEIVER.findAll(postRequestedFor(urlEqualTo("/busy")));
    assertThat(attempts)
        .extracting(request -> request.getHeader("webhook-id"))
        .containsOnly("msg_k0_1");
    assertThat(records).singleElement().asString().contains("\"status\":\"delivered\",\"tries\":2");
  }

  @Test
  void callFailsWhenTheRetriesAreExhausted() throws Exception {
    RECEIVER.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(500)));
    call("/hook");
    RECEIVER.verify(3, postRequestedFor(urlEqualTo("/hook")));
    assertThat(records)
        .singleElement()
        .asString()
        .contains("\"status\":\"failed\",\"tries\":3", "\"FETCH_STATUS\"", "status 500 found");
  }

  @Test
  void callToAHangingReceiverTimesOut() throws Exception {
    RECEIVER.stubFor(any(anyUrl()).willReturn(aResponse().withFixedDelay(30_000)));
    call("/hook");
    assertThat(records)
        .singleElement()
        .asString()
        .contains("\"FETCH_TIMEOUT\"", "(spackle.webhook.timeout)");
  }

  @Test
  void permanentFailuresAndRedirectsAreNotRetried() throws Exception {
    RECEIVER.stubFor(post("/gone").willReturn(aResponse().withStatus(410)));
    RECEIVER.stubFor(post("/away").willReturn(temporaryRedirect("http://169.254.169.254/")));
    call("/gone");
    call("/away");
    RECEIVER.verify(1, postRequestedFor(urlEqualTo("/gone")));
    RECEIVER.verify(1, postRequestedFor(urlEqualTo("/away")));
    assertThat(records.get(0)).contains("\"FETCH_NOT_FOUND\"");
    assertThat(records.get(1)).contains("\"FETCH_REDIRECTS\"", "status 302 found");
  }

  @Test
  void forbiddenReceiversAreNotContacted() throws Exception {
    for (String url : List.of("http://10.0.0.1/", "http://localhost/", "https://a.example:22/")) {
      send(List.of(call("k", url, "{}")));
    }
    send(List.of(call("k", "file:/etc/passwd", "{}")));
    assertThat(records)
        .extracting(record -> record.replaceAll(".*\"code\":\"([A-Z_]+)\".*\n", "$1"))
        .containsExactly("URL_FORBIDDEN", "URL_FORBIDDEN", "URL_FORBIDDEN", "URL_INVALID");
  }

  /** After ten failures in a row the host counts as down; later calls stay pending. */
  @Test
  void callsToAHostThatIsDownStayPending() throws Exception {
    webhooks.close();
    webhooks = webhooks(SECRET, 0);
    List<WebhookCall> calls =
        IntStream.range(0, 30).mapToObj(i -> call("k" + i, "http://127.0.0.1:1/", "{}")).toList();
    send(calls);
    assertThat(String.join("", records).lines().count()).isBetween(10L, 18L);
  }

  @Test
  void callBeyondTheCapacityIsRefused() {
    WebhookCall large = new WebhookCall("k", "k_1", "http://127.0.0.1/", new byte[40 << 20]);
    assertThat(webhooks.reserve(large)).isTrue();
    assertThat(webhooks.reserve(large)).isFalse();
    webhooks.release(large);
    assertThat(webhooks.reserve(large)).isTrue();
    webhooks.release(large);
  }

  @Test
  void secretsInUrlsAreUsedButNotRecorded() throws Exception {
    RECEIVER.stubFor(post(anyUrl()).willReturn(aResponse().withStatus(400)));
    String url = RECEIVER.url("/hook?token=s3cr3t").replace("localhost", "anna:p4ss@127.0.0.1");
    send(List.of(call("k", url, "{}")));
    LoggedRequest request = RECEIVER.findAll(postRequestedFor(anyUrl())).get(0);
    assertThat(request.getUrl()).isEqualTo("/hook?token=s3cr3t");
    assertThat(request.getHeader("authorization")).startsWith("Basic ");
    assertThat(records).singleElement().asString().contains("***").doesNotContain("s3cr3t", "p4ss");
  }

  private void call(String path) throws InterruptedException {
    String url = "http://127.0.0.1:" + RECEIVER.getPort() + path;
    send(List.of(call("k0", url, "{\"prompt\":\"caf\u00E9\"}")));
  }

  private void send(List<WebhookCall> calls) throws InterruptedException {
    assertThat(calls).allMatch(webhooks::reserve);
    webhooks.send(calls);
    assertThat(webhooks.awaitIdle(Duration.ofSeconds(30))).isTrue();
  }

  private Webhooks webhooks(WebhookSecret secret, int retries) {
    return new Webhooks(
        new WebhookSettings(secret, Duration.ofMillis(500), retries, "unused"),
        new FetchSettings(
            Duration.ofSeconds(30),
            1 << 20,
            3,
            8,
            new FetchSettings.AllowLists(List.of(), List.of(), List.of("127.0.0.1")),
            FetchSettings.RequestSettings.DEFAULT),
        (name, lines) -> records.add(new String(lines, UTF_8)));
  }

  private static org.assertj.core.data.Offset<Long> within(long seconds) {
    return org.assertj.core.data.Offset.offset(seconds);
  }

  private static WebhookCall call(String key, String url, String json) {
    return new WebhookCall(key, key + "_1", url, json.getBytes(UTF_8));
  }
}
