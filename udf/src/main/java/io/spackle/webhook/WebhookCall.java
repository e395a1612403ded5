package io.spackle.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One webhook to be called.
 *
 * @param rowKey of the row that asked for it
 * @param url as the row gives it, with its secrets
 * @param body the row's meta row as JSON
 */
public record WebhookCall(String rowKey, String url, byte[] body) {

  /** The call of a row. */
  public static WebhookCall of(String rowKey, String url, String json) {
    return new WebhookCall(rowKey, url, json.getBytes(UTF_8));
  }

  /** What the receiver knows repeated calls by: the same for each try, and in each run. */
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
