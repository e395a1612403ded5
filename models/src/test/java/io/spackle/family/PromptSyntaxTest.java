package io.spackle.family;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.bundle.BundleOptions;
import io.spackle.bundle.BundleOptions.PromptSyntax;
import io.spackle.bundle.ModelBundle;
import io.spackle.golden.Goldens;
import io.spackle.graph.Cancellation;
import io.spackle.graph.Device;
import io.spackle.image.Mask;
import io.spackle.image.MaskReduction;
import io.spackle.image.RgbImage;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each family makes of prompts as they are written, and what it notes. */
class PromptSyntaxTest {

  private static final int SIDE = 64;
  private static final String LONG = "a cat sitting on a bench ".repeat(30);

  @ParameterizedTest
  @ValueSource(strings = {"tiny-sd15-inpaint", "tiny-sdxl-inpaint"})
  void longPromptsAreReadToTheirEnd(String bundle) {
    InpaintedImage cat = inpaint(bundle, PromptSyntax.A1111, LONG + "cat", null);
    InpaintedImage dog = inpaint(bundle, PromptSyntax.A1111, LONG + "dog", LONG);

    assertThat(cat.notes()).isEmpty();
    assertThat(dog.notes()).isEmpty();
    assertThat(cat.image().pixels()).isNotEqualTo(dog.image().pixels());
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny-sd15-inpaint", "tiny-sdxl-inpaint"})
  void plainOnesAreCutAndNoted(String bundle) {
    InpaintedImage cat = inpaint(bundle, PromptSyntax.PLAIN, LONG + "cat", LONG);
    InpaintedImage dog = inpaint(bundle, PromptSyntax.PLAIN, LONG + "dog", LONG);

    assertThat(cat.notes())
        .isEqualTo(Set.of(Note.PROMPT_TRUNCATED, Note.NEGATIVE_PROMPT_TRUNCATED));
    assertThat(cat.image().pixels()).isEqualTo(dog.image().pixels());
  }

  /** Its UNet was exported for 77 tokens. */
  @Test
  void aGraphOfOneLengthGetsTheFirstSequence() {
    assertThat(inpaint("idle-sd15-inpaint", PromptSyntax.A1111, LONG, "a (b:1.2) BREAK c").notes())
        .isEqualTo(Set.of(Note.PROMPT_TRUNCATED, Note.NEGATIVE_PROMPT_TRUNCATED));
    assertThat(inpaint("idle-sd15-inpaint", PromptSyntax.A1111, "a (cat)", null).notes()).isEmpty();
  }

  @Test
  void fluxReadsTheTextWithoutMarksAndSaysSo() {
    InpaintedImage plain = inpaint("tiny-flux-fill", PromptSyntax.PLAIN, "a red cat (small)", null);
    InpaintedImage same =
        inpaint("tiny-flux-fill", PromptSyntax.A1111, "a red cat \\(small\\)", null);
    InpaintedImage weighted =
        inpaint("tiny-flux-fill", PromptSyntax.A1111, "a (red:1.4) [cat] \\(small\\)", null);

    assertThat(same.notes()).isEmpty();
    assertThat(weighted.notes()).isEqualTo(Set.of(Note.PROMPT_WEIGHTS_IGNORED));
    assertThat(same.image().pixels()).isEqualTo(plain.image().pixels());
    assertThat(weighted.image().pixels()).isEqualTo(plain.image().pixels());
  }

  private static InpaintedImage inpaint(
      String bundle, PromptSyntax syntax, String prompt, String negative) {
    ModelBundle folder =
        ModelBundle.open(Goldens.bundle(bundle)).with(new BundleOptions(Map.of(), 32, syntax));
    byte[] grey = new byte[3 * SIDE * SIDE];
    Arrays.fill(grey, (byte) 127);
    byte[] white = new byte[SIDE * SIDE];
    Arrays.fill(white, (byte) 255);
    InpaintInput input =
        new InpaintInput(
            new RgbImage(SIDE, SIDE, grey), new Mask(SIDE, SIDE, white), prompt, negative, null, 7);
    InpaintParameters parameters =
        new InpaintParameters(
            SIDE,
            SIDE,
            new InpaintParameters.Sampling(2, 7.5, 1, SchedulerChoice.DEFAULT),
            MaskReduction.MAX,
            false);
    try (Inpainter inpainter = Families.open(folder, Device.cpu(1))) {
      return inpainter.inpaint(parameters, List.of(input), new Cancellation()).get(0);
    }
  }
}
