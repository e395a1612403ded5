package io.spackle.webhook;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spackle.row.Redaction;
import io.spackle.row.RowException;
import java.time.Instant;

/** The result of a call as a line of JSON; a call that has a record is not made again. */
public final class WebhookRecord {

  public static final String OUTCOME = "outcome";
  public static final String STATUS = "status";
  public static final String DELIVERED = "delivered";
  public static final String FAILED = "failed";

  private WebhookRecord() {}

  /** The record of a call that the receiver accepted. */
  static String delivered(WebhookCall call, int attempts) {
    return record(call, DELIVERED, attempts).toString();
  }

  /** The record of a call whose receiver is not allowed or refused every attempt. */
  static String failed(WebhookCall call, int attempts, RowException fault) {
    return record(call, FAILED, attempts)
        .put("code", fault.code().name())
        .put("message", fault.getMessage())
        .toString();
  }

  private static ObjectNode record(WebhookCall call, String status, int attempts) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("row_key", call.rowKey())
        .put(OUTCOME, call.outcome())
        .put("webhook_id", call.id())
        .put("webhook", Redaction.redacted(call.url()))
        .put(STATUS, status)
        .put("tries", attempts)
        .put("at", Instant.now().toString());
  }
}
