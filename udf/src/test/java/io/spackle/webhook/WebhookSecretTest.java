package io.spackle.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookSecretTest {

  /** The example of Standard Webhooks' and Svix's documentation. */
  @Test
  void exampleOfTheSpecificationIsReproduced() {
    assertThat(
            new WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
                .signature(
                    "msg_p5jXN8AQM9LWM0D4loKWxJek",
                    1614265330,
                    "{\"test\": 2432232314}".getBytes(UTF_8)))
        .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  }

  /**
   * Computed by Python: {@code hmac.new(secret, f"{id}.{timestamp}.{body}".encode(), "sha256")}
   * with the bytes 0 to 63.
   */
  @Test
  void longestSecretAndNonAsciiBodyAreSigned() {
    byte[] bytes = new byte[64];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    assertThat(
            new WebhookSecret("whsec_" + Base64.getEncoder().encodeToString(bytes))
                .signature(
                    "msg_0123456789abcdef0123456789abcdef-2",
                    1767225600,
                    "{\"prompt\":\"caf\u00E9 \uD83D\uDE00\"}".getBytes(UTF_8)))
        .isEqualTo("v1,bVDS9DL2qmD7LuXxptGCP4sxSt0IiZUOGa2yGyqHNco=");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_",
        "whsec_c2hvcnQ=",
        "whsec_not*base64*not*base64*not*base64",
        "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0A="
      })
  void invalidSecretIsRefusedWithoutBeingRepeated(String text) {
    assertThatThrownBy(() -> new WebhookSecret(text))
        .hasMessage("whsec_ and 24 to 64 bytes in Base64 expected");
  }

  @Test
  void toStringHidesTheSecret() {
    assertThat(new WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        .hasToString("whsec_***");
  }
}
