package io.spackle.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls that were handed over together, until all have ended and are recorded in one file. */
final class WebhookBatch {

  private static final Logger LOG = LoggerFactory.getLogger(WebhookBatch.class);

  private final BiConsumer<String, byte[]> records;
  private final List<String> lines = new ArrayList<>();
  private int left;

  WebhookBatch(int calls, BiConsumer<String, byte[]> records) {
    this.left = calls;
    this.records = records;
  }

  /**
   * One call has ended.
   *
   * @param recordOrNull its line, or null if it is owed
   */
  synchronized void end(String recordOrNull) {
    if (recordOrNull != null) {
      lines.add(recordOrNull + "\n");
    }
    left--;
    if (left == 0 && !lines.isEmpty()) {
      write();
    }
  }

  /** Where this fails the calls are made a second time, which receivers know by their ids. */
  private void write() {
    try {
      records.accept(UUID.randomUUID() + ".jsonl", String.join("", lines).getBytes(UTF_8));
    } catch (RuntimeException e) {
      LOG.warn("calls of webhooks could not be recorded", e);
    }
  }
}
