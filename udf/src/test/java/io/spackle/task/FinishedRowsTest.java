package io.spackle.task;

import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.spackle.row.MetaRow;
import io.spackle.row.RowColumns;
import io.spackle.sink.ImageKeys;
import io.spackle.sink.ImageWriter;
import io.spackle.source.FetchSettings;
import io.spackle.task.TaskSettings.PublishSettings;
import io.spackle.webhook.WebhookCall;
import io.spackle.webhook.Webhooks;
import io.spackle.webhook.Webhooks.WebhookSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import scala.jdk.javaapi.CollectionConverters;

/** When finished rows are published, and whose webhooks are called. */
class FinishedRowsTest {

  private static final StructType META =
      StructType.fromDDL(
          MetaRow.ROW_KEY
              + " string, status string, output array<string>, error struct<code: string>,"
              + " timings struct<paint_ms: double>");

  private static final StructType SOURCE = StructType.fromDDL(RowColumns.KEY + " string");

  private static final Consumer<List<WebhookCall>> NO_WEBHOOKS = calls -> {};

  @RegisterExtension
  static final WireMockExtension RECEIVER =
      WireMockExtension.newInstance().options(options().dynamicPort()).build();

  private final AtomicLong nanoTime = new AtomicLong(-5);
  private final MemoryPublication published = new MemoryPublication();

  @Test
  void oldestRowWaitsForTheIntervalAtMost() throws IOException {
    FinishedRows rows = rows(published, NO_WEBHOOKS);
    rows.publishIfDue();
    add(rows, "a");
    nanoTime.addAndGet(Duration.ofSeconds(59).toNanos());
    add(rows, "b");
    rows.publishIfDue();
    assertThat(published.files).isEmpty();
    nanoTime.addAndGet(Duration.ofSeconds(1).toNanos());
    rows.publishIfDue();
    assertThat(published.files).extracting(List::size).containsExactly(2);
    add(rows, "c");
    nanoTime.addAndGet(Duration.ofSeconds(59).toNanos());
    rows.publishIfDue();
    assertThat(published.files).as("c has waited for less").hasSize(1);
    rows.publishAll();
    assertThat(published.files).extracting(List::size).containsExactly(2, 1);
  }

  @Test
  void fullFileIsPublishedAtOnce() throws IOException {
    FinishedRows rows = rows(published, NO_WEBHOOKS);
    for (String key : List.of("a", "b", "c")) {
      add(rows, key);
      rows.publishIfDue();
    }
    assertThat(published.files).extracting(List::size).containsExactly(3);
  }

  @Test
  void onStoresThatCannotDecideAllRowsArePublishedAtTheEnd() throws IOException {
    MemoryPublication atOnce = new MemoryPublication(false);
    FinishedRows rows = rows(atOnce, NO_WEBHOOKS);
    for (String key : List.of("a", "b", "c", "d")) {
      add(rows, key);
      rows.publishIfDue();
    }
    assertThat(atOnce.files).isEmpty();
    rows.publishAll();
    assertThat(atOnce.files).extracting(List::size).containsExactly(4);
  }

  /** A receiver gets one call per row, with the images that the meta row names. */
  @Test
  void webhooksAreCalledForTheRowsThatThisAttemptHasPublished() throws Exception {
    RECEIVER.stubFor(post("/hook").willReturn(ok()));
    try (Webhooks webhooks = webhooks()) {
      FinishedRows winner = rows(published, webhooks::sendWhatFits);
      FinishedRows loser = rows(new Late(published), webhooks::sendWhatFits);
      add(winner, "a", "winner");
      add(loser, "a", "loser");
      add(loser, "b", "loser");
      winner.publishAll();
      loser.publishAll();
      assertThat(webhooks.awaitIdle(Duration.ofSeconds(20))).isTrue();
    }
    List<String> bodies =
        RECEIVER.findAll(postRequestedFor(urlEqualTo("/hook"))).stream()
            .map(request -> request.getBodyAsString())
            .toList();
    assertThat(bodies)
        .containsExactlyInAnyOrderElementsOf(
            published.rows().stream().map(MetaRow::toJson).toList());
    assertThat(bodies).anyMatch(body -> body.contains("\"winner\""));
  }

  @Test
  void webhooksAreNotCalledBeforePublication() throws Exception {
    RECEIVER.stubFor(post("/hook").willReturn(ok()));
    try (Webhooks webhooks = webhooks()) {
      FinishedRows rows = rows(published, webhooks::sendWhatFits);
      add(rows, "a", "task that is killed");
      rows.publishIfDue();
      assertThat(webhooks.awaitIdle(Duration.ofSeconds(20))).isTrue();
    }
    RECEIVER.verify(0, postRequestedFor(urlEqualTo("/hook")));
  }

  private FinishedRows rows(Publication publication, Consumer<List<WebhookCall>> webhooks)
      throws IOException {
    publication.pending(
        Stream.of("a", "b", "c")
            .<Row>map(key -> new GenericRowWithSchema(new Object[] {key}, SOURCE))
            .iterator());
    ImageWriter images = ImageWriter.toFiles((key, bytes) -> key, new ImageKeys(1));
    PublishSettings settings = new PublishSettings(Duration.ofMinutes(1), 3);
    return new FinishedRows(publication, settings, images, webhooks, nanoTime::get);
  }

  private static void add(FinishedRows rows, String key) {
    add(rows, key, "image");
  }

  private static void add(FinishedRows rows, String key, String image) {
    Object[] values = {
      key, MetaRow.SUCCESS, CollectionConverters.asScala(List.of(image)).toSeq(), null, null
    };
    rows.add(new GenericRowWithSchema(values, META), RECEIVER.url("/hook"));
  }

  private static Webhooks webhooks() {
    FetchSettings fetch =
        new FetchSettings(
            Duration.ofSeconds(5),
            1 << 20,
            0,
            4,
            new FetchSettings.AllowLists(List.of(), List.of(), List.of("localhost", "127.0.0.1")),
            FetchSettings.RequestSettings.DEFAULT);
    return new Webhooks(
        new WebhookSettings(null, Duration.ofSeconds(5), 0, "unused"), fetch, (name, bytes) -> {});
  }

  /** The publication of a duplicate attempt, which began before anything was published. */
  private record Late(MemoryPublication shared) implements Publication {

    @Override
    public boolean isIncremental() {
      return true;
    }

    @Override
    public Iterator<Row> pending(Iterator<Row> rows) {
      return rows;
    }

    @Override
    public List<Row> publish(List<Row> finished) {
      return shared.publish(finished);
    }
  }
}
