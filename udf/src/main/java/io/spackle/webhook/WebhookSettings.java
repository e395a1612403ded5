package io.spackle.webhook;

import java.io.Serializable;
import java.time.Duration;
import java.util.Optional;

/**
 * How webhooks are called.
 *
 * @param secret to sign with, or null: calls go unsigned
 * @param timeout of one try
 * @param retries after the first try
 * @param folder URI of the folder that gets the records of calls
 */
public record WebhookSettings(WebhookSecret secret, Duration timeout, int retries, String folder)
    implements Serializable {

  Optional<WebhookSecret> signer() {
    return Optional.ofNullable(secret);
  }
}
