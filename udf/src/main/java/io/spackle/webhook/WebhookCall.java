package io.spackle.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spackle.row.MetaRow;
import io.spackle.webhook.Webhooks.WebhookSettings;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.sql.Row;

/**
 * A call of a row's webhook.
 *
 * @param rowKey of the row
 * @param outcome identifies the row's outcome, see {@link MetaRow#outcome}
 * @param url as in the manifest, with its secrets
 * @param body the row's meta row as JSON
 */
public record WebhookCall(String rowKey, String outcome, String url, byte[] body) {

  private static final String ID_PREFIX = "msg_";

  /** The call of a published row. */
  public static WebhookCall of(Row meta, String url) {
    return new WebhookCall(
        meta.getAs(MetaRow.ROW_KEY),
        MetaRow.outcome(meta),
        url,
        MetaRow.toJson(meta).getBytes(UTF_8));
  }

  /**
   * The id by which the receiver recognizes repeated calls: the same in all attempts and runs, and
   * another one if the row is processed again.
   */
  String id() {
    return ID_PREFIX + outcome;
  }

  /**
   * The headers of the Standard Webhooks specification.
   *
   * @param timestamp seconds since 1970
   */
  Map<String, String> headers(WebhookSettings settings, long timestamp) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("webhook-id", id());
    headers.put("webhook-timestamp", String.valueOf(timestamp));
    settings
        .signer()
        .map(secret -> secret.signature(id(), timestamp, body))
        .ifPresent(signature -> headers.put("webhook-signature", signature));
    return headers;
  }
}
