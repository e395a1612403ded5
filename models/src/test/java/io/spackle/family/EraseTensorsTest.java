package io.spackle.family;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.graph.ElementType;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import io.spackle.tensor.ByteTensor;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Shape;
import org.junit.jupiter.api.Test;

class EraseTensorsTest {

  private static final byte FULL = (byte) 255;

  /** Two pixels: red, then grey. */
  private static final RgbImage IMAGE = new RgbImage(2, 1, new byte[] {FULL, 0, 0, 51, 51, 51});

  /** The second is the hole. */
  private static final Mask MASK = new Mask(2, 1, new byte[] {0, FULL});

  @Test
  void imagesArePlanesOfBytesOrUnits() {
    ByteTensor bytes = (ByteTensor) EraseTensors.image(IMAGE, ElementType.UINT8);
    assertThat(bytes.data()).containsExactly(FULL, 51, 0, 51, 0, 51);
    assertThat(bytes.shape()).isEqualTo(Shape.of(1, 3, 1, 2));
    FloatTensor floats = (FloatTensor) EraseTensors.image(IMAGE, ElementType.FLOAT16);
    assertThat(floats.data()).containsExactly(1, 0.2f, 0, 0.2f, 0, 0.2f);
    assertThat(floats.shape()).isEqualTo(Shape.of(1, 3, 1, 2));
  }

  @Test
  void masksAreLevelsFlagsOrUnits() {
    assertThat(((ByteTensor) EraseTensors.mask(MASK, ElementType.UINT8)).data())
        .containsExactly(0, FULL);
    assertThat(((ByteTensor) EraseTensors.mask(MASK, ElementType.BOOL)).data())
        .containsExactly(0, 1);
    FloatTensor floats = (FloatTensor) EraseTensors.mask(MASK, ElementType.FLOAT32);
    assertThat(floats.data()).containsExactly(0, 1);
    assertThat(floats.shape()).isEqualTo(Shape.of(1, 1, 1, 2));
  }

  @Test
  void miGanIsShownFirstWhatIsKept() {
    FloatTensor joined = EraseTensors.ofMiGan(new InpaintInput(IMAGE, MASK, "", null, null, 0));
    assertThat(joined.shape()).isEqualTo(Shape.of(1, 4, 1, 2));
    assertThat(joined.data()).containsExactly(0.5f, -0.5f, 1, 0, -1, 0, -1, 0);
  }

  @Test
  void lamaIsShownLastWhatIsNot() {
    FloatTensor joined = EraseTensors.ofLama(new InpaintInput(IMAGE, MASK, "", null, null, 0));
    assertThat(joined.shape()).isEqualTo(Shape.of(1, 4, 1, 2));
    assertThat(joined.data()).containsExactly(1, 0, 0, 0, 0, 0, 0, 1);
  }
}
