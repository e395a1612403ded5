package io.spackle.webhook;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.Serializable;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key that signs webhook calls, in the format of the Standard Webhooks specification
 * (https://github.com/standard-webhooks/standard-webhooks): {@code whsec_} and 24 to 64 bytes in
 * Base64. {@link #toString} hides it.
 *
 * @param text as in the configuration
 */
public record WebhookSecret(String text) implements Serializable {

  private static final String PREFIX = "whsec_";
  private static final String ALGORITHM = "HmacSHA256";
  private static final int SHORTEST = 24;
  private static final int LONGEST = 64;

  /**
   * Validates the secret.
   *
   * @throws IllegalArgumentException if it is invalid; the message does not repeat it
   */
  public WebhookSecret {
    int bytes = text.startsWith(PREFIX) ? decoded(text).length : 0;
    if (bytes < SHORTEST || bytes > LONGEST) {
      throw new IllegalArgumentException(
          PREFIX + " and " + SHORTEST + " to " + LONGEST + " bytes in Base64 expected");
    }
  }

  /**
   * The value of the header {@code webhook-signature}: version 1 and the HMAC-SHA256 of {@code
   * id.timestamp.body} in Base64.
   *
   * @param timestamp seconds since 1970
   */
  String signature(String id, long timestamp, byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(decoded(text), ALGORITHM));
      mac.update((id + "." + timestamp + ".").getBytes(US_ASCII));
      return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    }
  }

  @Override
  public String toString() {
    return PREFIX + "***";
  }

  private static byte[] decoded(String text) {
    try {
      return Base64.getDecoder().decode(text.substring(PREFIX.length()));
    } catch (IllegalArgumentException e) {
      return new byte[0]; // rejected as too short, since this message would repeat a part of it
    }
  }
}
