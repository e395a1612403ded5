package io.spackle.webhook;

import java.io.Serializable;
import java.time.Duration;
import java.util.Optional;

/**
 * The settings of webhook calls.
 *
 * @param secret to sign with, or null for unsigned calls
 * @param timeout of one attempt
 * @param retries after the first attempt
 * @param folder URI of the folder for the records of calls
 */
public record WebhookSettings(WebhookSecret secret, Duration timeout, int retries, String folder)
    implements Serializable {

  Optional<WebhookSecret> signer() {
    return Optional.ofNullable(secret);
  }
}
