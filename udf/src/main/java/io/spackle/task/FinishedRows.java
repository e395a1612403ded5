package io.spackle.task;

import io.spackle.row.MetaRow;
import io.spackle.sink.ImageWriter;
import io.spackle.task.TaskSettings.PublishSettings;
import io.spackle.webhook.WebhookCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.spark.sql.Row;

/**
 * The finished rows of a task, until they are published: whenever they fill a file, and when the
 * oldest has waited for the interval. So a task that ends early loses little more than its rows in
 * flight. Used by the task's thread only.
 *
 * <p>The webhooks of rows are called once their meta rows are published, and only by the attempt
 * that has published them. Calls beyond the capacity stay pending.
 */
final class FinishedRows {

  private final Publication publication;
  private final PublishSettings settings;
  private final ImageWriter images;
  private final Consumer<List<WebhookCall>> webhooks;
  private final LongSupplier nanoTime;
  private final boolean canBeShared;
  private final boolean isIncremental;

  /** The finished rows that were not passed on for publication. */
  private final List<Row> rows = new ArrayList<>();

  private final Map<String, String> webhookOfKey = new HashMap<>();
  private boolean anyPublished;
  private long oldest;

  /**
   * @param images of the rows
   * @param webhooks makes calls for which it has capacity
   * @param nanoTime the clock
   */
  FinishedRows(
      Publication publication,
      PublishSettings settings,
      ImageWriter images,
      Consumer<List<WebhookCall>> webhooks,
      LongSupplier nanoTime)
      throws IOException {
    this.publication = publication;
    this.settings = settings;
    this.images = images;
    this.webhooks = webhooks;
    this.nanoTime = nanoTime;
    this.canBeShared = publication.isIncremental();
    this.isIncremental = canBeShared && !images.isOneFile();
  }

  /**
   * Adds a row.
   *
   * @param webhook to call, or null
   */
  void add(Row meta, String webhook) {
    if (rows.isEmpty()) {
      oldest = nanoTime.getAsLong();
    }
    rows.add(meta);
    if (webhook != null) {
      webhookOfKey.put(key(meta), webhook);
    }
  }

  /** Publishes the rows if it is time. */
  void publishIfDue() {
    boolean isFull = rows.size() >= settings.rowsPerFile();
    boolean isOld = nanoTime.getAsLong() - oldest >= settings.interval().toNanos();
    if (isIncremental && !rows.isEmpty() && (isFull || isOld)) {
      publish();
    }
  }

  /** Publishes the last rows, after their images are complete. */
  void publishAll() {
    images.finish();
    publish();
    if (!anyPublished) {
      images.discard(); // another attempt has published these rows with its own images
    }
  }

  /**
   * Publishes the finished rows of a task that leaves the others to another attempt, if attempts
   * can share the rows of a task.
   */
  void publishPart() {
    if (canBeShared) {
      publishAll();
    }
  }

  private void publish() {
    try {
      List<Row> published = publication.publish(List.copyOf(rows));
      anyPublished |= !published.isEmpty();
      rows.clear();
      callWebhooks(published);
    } catch (IOException e) {
      throw new UncheckedIOException("the meta rows of a task cannot be published: " + e, e);
    }
  }

  private void callWebhooks(List<Row> published) {
    List<WebhookCall> calls = new ArrayList<>();
    for (Row row : published) {
      String url = webhookOfKey.remove(key(row));
      if (url != null) {
        calls.add(WebhookCall.of(row, url));
      }
    }
    if (!calls.isEmpty()) {
      webhooks.accept(calls);
    }
  }

  private static String key(Row meta) {
    return meta.getAs(MetaRow.ROW_KEY);
  }
}
