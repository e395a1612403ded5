package io.spackle.family;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.graph.Cancellation;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.TorchNoise;
import org.junit.jupiter.api.Test;

class VaeCodecTest {

  private static final Cancellation NEVER = new Cancellation();

  private final CountingGraph encoder =
      new CountingGraph("latent_parameters", FloatTensor.of(new float[8 * 64], 1, 8, 8, 8));
  private final VaeCodec vae = new VaeCodec(encoder, null, 1, 0);

  /** The samples of a row have one image and seeds of their own. */
  @Test
  void anImageIsEncodedOnceAndEachSampleHasItsOwnDraw() {
    InpaintInput input = Samples.input("a cat", 1);
    FloatTensor first = vae.encode(input.image(), TorchNoise.seeded(1), NEVER);
    FloatTensor second = vae.encode(input.image(), TorchNoise.seeded(2), NEVER);
    vae.encodeMasked(input, TorchNoise.seeded(1), NEVER);
    vae.encodeMasked(input, TorchNoise.seeded(2), NEVER);
    assertThat(encoder.runs()).as("the image and its masked copy").isEqualTo(2);
    assertThat(first.data()).isNotEqualTo(second.data());
    assertThat(vae.encode(input.image(), TorchNoise.seeded(1), NEVER).data())
        .isEqualTo(first.data());
  }

  @Test
  void otherImagesAndMasksAreEncodedAnew() {
    vae.encodeMasked(Samples.input("a cat", 1), TorchNoise.seeded(1), NEVER);
    vae.encodeMasked(Samples.input("a cat", 1), TorchNoise.seeded(1), NEVER);
    assertThat(encoder.runs()).isEqualTo(2);
  }
}
