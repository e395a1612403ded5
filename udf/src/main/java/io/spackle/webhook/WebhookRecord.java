package io.spackle.webhook;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spackle.row.Redaction;
import io.spackle.row.RowException;
import java.time.Instant;

/** What became of a call, as one line of JSON; a call that has a record is not made again. */
public final class WebhookRecord {

  public static final String ROW_KEY = "row_key";
  public static final String STATUS = "status";
  public static final String DELIVERED = "delivered";
  public static final String FAILED = "failed";

  private WebhookRecord() {}

  /** The receiver took it. */
  static String delivered(WebhookCall call, int tries) {
    return record(call, DELIVERED, tries).toString();
  }

  /** The receiver is not allowed, or refused it at each try. */
  static String failed(WebhookCall call, int tries, RowException fault) {
    return record(call, FAILED, tries)
        .put("code", fault.code().name())
        .put("message", fault.getMessage())
        .toString();
  }

  private static ObjectNode record(WebhookCall call, String status, int tries) {
    return JsonNodeFactory.instance
        .objectNode()
        .put(ROW_KEY, call.rowKey())
        .put("webhook_id", call.id())
        .put("webhook", Redaction.redacted(call.url()))
        .put(STATUS, status)
        .put("tries", tries)
        .put("at", Instant.now().toString());
  }
}
