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

/** Webhooks of rows, with numbers 90 and 91 of the list of bad inputs. */
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

  /** Received calls by their ids. */
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
    rows.row("inpainted", "webhook", host.url("/hook"), "track_id", "order 7");
    rows.row("failed", "webhook", host.url("/hook"), "seed", "none");
    rows.row("silent").row("blank", "webhook", " ");
    JobResult result = rows.run(CONF);
    assertThat(result.summary().path("webhooks").toString())
        .isEqualTo("{\"delivered\":2,\"owed\":0}");
    assertThat(received).hasSize(2);
    JsonNode inpainted = body("inpainted");
    assertThat(inpainted.path("status").asText()).isEqualTo("success");
    assertThat(inpainted.path("track_id").asText()).isEqualTo("order 7");
    assertThat(inpainted.path("output").path(0).asText()).endsWith("inpainted-0.png");
    assertThat(inpainted.path("meta").path("prompt").asText()).isEqualTo("a plain wall");
    assertThat(body("failed").path("error").path("code").asText()).isEqualTo("ROW_INVALID");
    for (String id : List.of("inpainted", "failed")) {
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
    assertThat(host.requests("/hook")).isOne();
    rows.run(CONF + "spackle.output.mode = overwrite");
    assertThat(received).as("calls with other ids, for other outcomes").hasSize(2);
    assertThat(received.values()).allSatisfy(calls -> assertThat(calls).hasSize(1));
  }

  /** A receiver ignores a call with an id that it has seen. */
  @Test
  void successAfterARetriedFailureIsAnotherCall() throws Exception {
    rows.row("a", "webhook", host.url("/hook"), "init_image", rows.file("late.png").toString());
    rows.row("b");
    rows.run(CONF);
    assertThat(body("a").path("error").path("code").asText()).isEqualTo("FETCH_NOT_FOUND");
    Files.copy(folder.resolve("photo.png"), folder.resolve("late.png"));
    JobResult result = rows.run(CONF + "spackle.output.retry-codes = [FETCH_NOT_FOUND]");
    assertThat(received).hasSize(2);
    assertThat(body("a").path("status").asText()).isEqualTo("success");
    assertThat(result.summary().path("webhooks").toString())
        .isEqualTo("{\"delivered\":1,\"owed\":0}");
  }

  /** Calls that an executor had not made when it crashed have no record. */
  @Test
  void nextRunMakesCallsWithoutARecord() throws Exception {
    rows.row("a", "webhook", host.url("/hook"));
    rows.run(CONF);
    for (Path record : records()) {
      Files.delete(record);
    }
    JobResult result = rows.run(CONF);
    assertThat(result.line().path("skipped").asInt()).isOne();
    assertThat(received.values()).singleElement().satisfies(calls -> assertThat(calls).hasSize(2));
    assertThat(result.summary().path("webhooks").path("delivered").asInt()).isOne();
  }

  @Test
  void b90_webhooksThatHangRedirectOrFail_areAbandonedWithoutFailingTheJob() throws Exception {
    host.on("/hang", exchange -> sleep()).on("/500", 500, new byte[0]);
    host.on("/away", 307, new byte[0], "Location", "http://169.254.169.254/");
    host.once("/503", 503, new byte[] {'k'}, "Retry-After", "1");
    for (String path : List.of("/hang", "/500", "/away")) {
      rows.row(path, "webhook", host.url(path));
    }
    // Under another name, because Retry-After holds for all calls to a host.
    rows.row("busy", "webhook", host.url("localhost", "/503"));
    rows.row("dead", "webhook", "http://127.0.0.2:1/");
    JobResult result = rows.run(CONF + "spackle.fetch.allow-private += localhost");
    assertThat(result.line().path("succeeded").asInt()).isEqualTo(5);
    assertThat(result.summary().path("webhooks").toString())
        .isEqualTo("{\"delivered\":1,\"failed\":4,\"owed\":0}");
    assertThat(List.of(host.requests("/hang"), host.requests("/500"))).containsOnly(2);
    assertThat(host.requests("/away")).isOne();
    assertThat(host.requests("/503")).isEqualTo(2);
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
    JobResult result = rows.run(CONF);
    assertThat(result.line().path("succeeded").asInt()).isEqualTo(5);
    assertThat(result.summary().path("webhooks").path("failed").asInt()).isEqualTo(5);
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

  /** The only call for a row. */
  private Received call(String id) {
    List<Received> calls = received.get("msg_" + MetaRow.outcome(rows.of(id)));
    assertThat(calls).as("calls for %s", id).hasSize(1);
    return calls.get(0);
  }

  private JsonNode body(String id) throws IOException {
    return new ObjectMapper().readTree(call(id).body());
  }

  /** The signature as defined by Standard Webhooks. */
  private String signature(String id) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    byte[] secret = Base64.getDecoder().decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    mac.init(new SecretKeySpec(secret, "HmacSHA256"));
    String signed =
        "msg_%s.%s.%s"
            .formatted(
                MetaRow.outcome(rows.of(id)),
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
