package io.spackle.task;

import io.spackle.sink.ImageKeys;
import io.spackle.sink.ImageWriter;
import io.spackle.task.TaskSettings.PublishSettings;
import io.spackle.webhook.WebhookCall;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.spark.sql.Row;

/** The finished rows of a task, whose time and webhooks are the test's. */
public final class FinishedRowsOfTest {

  private final FinishedRows rows;

  /** Rows whose images are files of their own. */
  public FinishedRowsOfTest(
      Publication publication,
      PublishSettings settings,
      Consumer<List<WebhookCall>> webhooks,
      LongSupplier nanoTime)
      throws IOException {
    ImageWriter files = ImageWriter.toFiles((key, bytes) -> key, new ImageKeys(1));
    this.rows = new FinishedRows(publication, settings, files, webhooks, nanoTime);
  }

  /** As when a row is finished. */
  public void add(Row meta, String webhook) {
    rows.add(meta, webhook);
    rows.publishIfDue();
  }

  /** As at the end of a task. */
  public void publishAll() {
    rows.publishAll();
  }
}
