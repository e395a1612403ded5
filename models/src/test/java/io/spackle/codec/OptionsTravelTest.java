package io.spackle.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.image.FramingOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** The options are sent to executors. */
class OptionsTravelTest {

  @Test
  void framingOptionsSurviveSerialization() throws Exception {
    FramingOptions plain = FramingOptions.defaults();
    assertThat(sent(plain)).isEqualTo(plain);
    FramingOptions cropped = plain.withCropPadding(OptionalInt.of(32));
    assertThat(sent(cropped)).isEqualTo(cropped);
  }

  @Test
  void decodeLimitsSurviveSerialization() throws Exception {
    assertThat(sent(DecodeLimits.defaults())).isEqualTo(DecodeLimits.defaults());
  }

  private static Object sent(Object value) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(value);
    }
    return new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
  }
}
