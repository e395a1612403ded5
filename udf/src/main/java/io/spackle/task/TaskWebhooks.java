package io.spackle.task;

import io.spackle.row.MetaRow;
import io.spackle.row.RowColumns;
import io.spackle.webhook.WebhookCall;
import io.spackle.webhook.Webhooks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;

/**
 * The webhooks of one task's rows, called once the task has published its meta rows: nobody hears
 * of a row that is not in the table. What finds no room is owed. Thread-safe.
 */
final class TaskWebhooks {

  private final Optional<Webhooks> webhooks;
  private final List<WebhookCall> held = new ArrayList<>();
  private boolean ended;

  /**
   * @param webhooks none where no row of the manifest can have one
   */
  TaskWebhooks(Optional<Webhooks> webhooks) {
    this.webhooks = webhooks;
  }

  /** Remembers the row's webhook, if it has one. */
  void add(Row source, Row meta, String key) {
    String url = RowColumns.webhook(source);
    if (url != null && webhooks.isPresent()) {
      hold(WebhookCall.of(key, url, MetaRow.toJson(meta)), webhooks.get());
    }
  }

  /** The task has ended; rows that are still busy come too late. */
  synchronized void end(boolean failed) {
    ended = true;
    webhooks.ifPresent(
        receivers -> {
          if (failed) {
            held.forEach(receivers::release);
          } else {
            receivers.send(held);
          }
        });
  }

  private synchronized void hold(WebhookCall call, Webhooks receivers) {
    if (!ended && receivers.hold(call)) {
      held.add(call);
    }
  }
}
