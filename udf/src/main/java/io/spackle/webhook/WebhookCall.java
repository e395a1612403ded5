package io.spackle.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spackle.webhook.Webhooks.WebhookSettings;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A call of a row's webhook.
 *
 * @param rowKey of the row
 * @param url as in the manifest, with its secrets
 * @param body the row's meta row as JSON
 */
public record WebhookCall(String rowKey, String url, byte[] body) {

  /** The call of a row. */
  public static WebhookCall of(String rowKey, String url, String json) {
    return new WebhookCall(rowKey, url, json.getBytes(UTF_8));
  }

  /** The id by which the receiver recognizes repeated calls: the same in all attempts and runs. */
  String id() {
    return "msg_" + rowKey;
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
