package io.spackle.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.graph.Cancellation;
import io.spackle.graph.Device;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

/**
 * The built-in model that changes nothing. It ends at once, so that the contract of models that
 * compute for seconds cannot be tested with it.
 */
class FillInpainterTest {

  private final Inpainter inpainter =
      BuiltInModel.of("builtin:fill").orElseThrow().open(Device.cpu(1));

  @Test
  void whatIsUnderTheMaskIsTheResult() {
    InpaintInput input = Samples.input("", 1).filled(0x102030);
    InpaintedImage image = inpaint(input, new Cancellation());
    assertThat(image.image().pixels()).isEqualTo(input.image().pixels());
    for (int i = 0; i < Samples.SIDE * Samples.SIDE; i++) {
      if (input.mask().isMasked(i % Samples.SIDE, i / Samples.SIDE)) {
        assertThat(image.image().pixels()[3 * i]).isEqualTo((byte) 0x10);
        assertThat(image.image().pixels()[3 * i + 1]).isEqualTo((byte) 0x20);
        assertThat(image.image().pixels()[3 * i + 2]).isEqualTo((byte) 0x30);
      } else {
        assertThat(image.image().pixels()[3 * i])
            .isEqualTo(Samples.input("", 1).image().pixels()[3 * i]);
      }
    }
  }

  @Test
  void aPromptIsNoted() {
    assertThat(inpaint(Samples.input("a cat", 1), new Cancellation()).notes())
        .containsExactly(Note.PROMPT_UNUSED);
  }

  @Test
  void doesNotBeginOnceCancelled() {
    Cancellation cancellation = new Cancellation();
    cancellation.cancel();
    assertThatThrownBy(() -> inpaint(Samples.input("", 1), cancellation))
        .isInstanceOf(CancellationException.class);
  }

  private InpaintedImage inpaint(InpaintInput input, Cancellation cancellation) {
    return inpainter.inpaint(Samples.parameters(inpainter, 1), List.of(input), cancellation).get(0);
  }
}
