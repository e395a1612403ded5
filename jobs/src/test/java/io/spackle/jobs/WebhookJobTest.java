package io.spackle.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import io.spackle.row.MetaRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Webhooks of a job's rows: numbers 90 and 91 of the list of bad inputs. */
class WebhookJobTest {

  private static final String CONF =
      """
      spackle {
        fetch.allow-private = [127.0.0.1, 127.0.0.2]
        webhook {
          secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", timeout = 500ms, retries = 1
        }
      }
      """;

  @TempDir Path folder;

  private FaultyServer host;
  private JobRows rows;

  /** What came, by the id of the call. */
  private final Map<String, List<Received>> received = new ConcurrentHashMap<>();

  private record Received(String timestamp, String signature, byte[] body) {}

  @BeforeEach
  void open() throws IOException {
    host = new FaultyServer();
    host.on("/hook", this::receive);
    rows = new JobRows(folder);
  }

  @AfterEach
  void close() {
    host.close();
  }

  @Test
  void eachRowIsPostedOnceWithItsSignedMetaRow() throws Exception {
    rows.row("painted", "webhook", host.url("/hook"), "track_id", "order 7");
    rows.row("failed", "webhook", host.url("/hook"), "seed", "none");
    rows.row("silent").row("blank", "webhook", " ");
    JobResult end = rows.run(CONF);
    assertThat(end.summary().path("webhooks").toString()).isEqualTo("{\"delivered\":2,\"owed\":0}");
    assertThat(received).hasSize(2);
    JsonNode painted = body("painted");
    assertThat(painted.path("status").asText()).isEqualTo("success");
    assertThat(painted.path("track_id").asText()).isEqualTo("order 7");
    assertThat(painted.path("output").path(0).asText()).endsWith("painted-0.png");
    assertThat(painted.path("meta").path("prompt").asText()).isEqualTo("a plain wall");
    assertThat(body("failed").path("error").path("code").asText()).isEqualTo("ROW_INVALID");
    for (String id : List.of("painted", "failed")) {
      assertThat(new String(call(id).body(), UTF_8)).isEqualTo(MetaRow.toJson(rows.of(id)));
      assertThat(call(id).signature()).isEqualTo(signature(id));
    }
  }

  @Test
  void rerunRepeatsNoCalls_overwritingDoes() throws Exception {
    rows.row("a", "webhook", host.url("/hook"));
    rows.run(CONF);
    JobResult again = rows.run(CONF);
    assertThat(again.line().path("skipped").asInt()).isOne();
    assertThat(host.asked("/hook")).isOne();
    rows.run(CONF + "spackle.output.mode = overwrite");
    assertThat(received.values()).singleElement().satisfies(calls -> assertThat(calls).hasSize(2));
  }

  /** An executor that dies takes the calls with it that it had not made yet. */
  @Test
  void nextRunMakesCallsWithoutARecord() throws Exception {
    rows.row("a", "webhook", host.url("/hook"));
    rows.run(CONF);
    for (Path record : records()) {
      Files.delete(record);
    }
    JobResult end = rows.run(CONF);
    assertThat(end.line().path("skipped").asInt()).isOne();
    assertThat(received.values()).singleElement().satisfies(calls -> assertThat(calls).hasSize(2));
    assertThat(end.summary().path("webhooks").path("delivered").asInt()).isOne();
  }

  @Test
  void b90_webhooksThatHangRedirectOrFail_areAbandonedWithoutFailingTheJob() throws Exception {
    host.on("/hang", exchange -> sleep()).on("/500", 500, new byte[0]);
    host.on("/away", 307, new byte[0], "Location", "http://169.254.169.254/");
    host.once("/503", 503, new byte[] {'k'}, "Retry-After", "1");
    for (String path : List.of("/hang", "/500", "/away")) {
      rows.row(path, "webhook", host.url(path));
    }
    // By a name of its own: a host that asks for rest gets it from all calls.
    rows.row("busy", "webhook", host.url("localhost", "/503"));
    rows.row("dead", "webhook", "http://127.0.0.2:1/");
    JobResult end = rows.run(CONF + "spackle.fetch.allow-private += localhost");
    assertThat(end.line().path("succeeded").asInt()).isEqualTo(5);
    assertThat(end.summary().path("webhooks").toString())
        .isEqualTo("{\"delivered\":1,\"failed\":4,\"owed\":0}");
    assertThat(List.of(host.asked("/hang"), host.asked("/500"))).containsOnly(2);
    assertThat(host.asked("/away")).isOne();
    assertThat(host.asked("/503")).isEqualTo(2);
    assertThat(codes())
        .containsExactlyInAnyOrder(
            "FETCH_TIMEOUT", "FETCH_STATUS", "FETCH_REDIRECTS", "FETCH_UNREACHABLE");
  }

  @Test
  void b91_webhooksToPrivateAddressesAndOtherSchemes_areNotCalled() throws Exception {
    List<String> webhooks =
        List.of(
            "http://10.0.0.1/", "http://localhost/", "http://[::1]/", "http://127.1/", "file:/x");
    for (String webhook : webhooks) {
      rows.row(webhook, "webhook", webhook);
    }
    JobResult end = rows.run(CONF);
    assertThat(end.line().path("succeeded").asInt()).isEqualTo(5);
    assertThat(end.summary().path("webhooks").path("failed").asInt()).isEqualTo(5);
    assertThat(codes())
        .containsExactlyInAnyOrder(
            "URL_FORBIDDEN", "URL_FORBIDDEN", "URL_FORBIDDEN", "URL_INVALID", "URL_INVALID");
  }

  private void receive(HttpExchange exchange) throws IOException {
    Received call =
        new Received(
            exchange.getRequestHeaders().getFirst("webhook-timestamp"),
            exchange.getRequestHeaders().getFirst("webhook-signature"),
            exchange.getRequestBody().readAllBytes());
    String id = exchange.getRequestHeaders().getFirst("webhook-id");
    received.computeIfAbsent(id, unseen -> new CopyOnWriteArrayList<>()).add(call);
    exchange.sendResponseHeaders(204, -1);
  }

  /** The one call that was made for a row. */
  private Received call(String id) {
    List<Received> calls = received.get("msg_" + rows.of(id).<String>getAs("row_key"));
    assertThat(calls).as("calls for %s", id).hasSize(1);
    return calls.get(0);
  }

  private JsonNode body(String id) throws IOException {
    return new ObjectMapper().readTree(call(id).body());
  }

  /** By the definition of Standard Webhooks. */
  private String signature(String id) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    byte[] secret = Base64.getDecoder().decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    mac.init(new SecretKeySpec(secret, "HmacSHA256"));
    String signed =
        "msg_%s.%s.%s"
            .formatted(
                rows.of(id).<String>getAs("row_key"),
                call(id).timestamp(),
                new String(call(id).body(), UTF_8));
    return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(signed.getBytes(UTF_8)));
  }

  private List<String> codes() throws IOException {
    List<String> codes = new ArrayList<>();
    for (Path file : records()) {
      for (String line : Files.readAllLines(file)) {
        JsonNode code = new ObjectMapper().readTree(line).path("code");
        if (!code.isMissingNode()) {
          codes.add(code.asText());
        }
      }
    }
    return codes;
  }

  private List<Path> records() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("out/webhooks"))) {
      return files.toList();
    }
  }

  private static void sleep() {
    try {
      Thread.sleep(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
