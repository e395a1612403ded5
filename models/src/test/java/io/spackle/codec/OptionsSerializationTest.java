package io.spackle.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.image.CropPadding;
import io.spackle.image.FramingOptions;
import io.spackle.image.FramingOptions.Composite;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import org.junit.jupiter.api.Test;

/** Options are serialized to executors. */
class OptionsSerializationTest {

  @Test
  void framingOptionsSurviveSerialization() throws Exception {
    FramingOptions plain = FramingOptions.defaults();
    assertThat(roundTrip(plain)).isEqualTo(plain);
    FramingOptions cropped =
        plain.withCropPadding(CropPadding.of(32)).withComposite(Composite.MATTE);
    assertThat(roundTrip(cropped)).isEqualTo(cropped);
  }

  @Test
  void decodeLimitsSurviveSerialization() throws Exception {
    assertThat(roundTrip(DecodeLimits.defaults())).isEqualTo(DecodeLimits.defaults());
  }

  private static Object roundTrip(Object value) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(value);
    }
    return new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
  }
}
