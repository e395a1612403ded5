package io.spackle.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.bundle.ModelBundle;
import io.spackle.golden.Goldens;
import io.spackle.graph.Cancellation;
import io.spackle.graph.Device;
import io.spackle.safety.SafetyModel;
import io.spackle.safety.SafetyOptions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models with a safety checker beside them. */
class CheckedInpainterTest {

  private static final List<String> ALL = List.of("red", "green", "blue");
  private static final InpaintInput INPUT = Samples.input("a cat", 1);

  @ParameterizedTest
  @ValueSource(
      strings = {"tiny-sd15-inpaint", "tiny-sdxl-inpaint", "tiny-flux-fill", "tiny-erase-bytes"})
  void blackensWhatIsFlaggedInEveryFamily(String bundle) {
    try (Inpainter inpainter = open(bundle, new SafetyOptions(ALL, 0.5))) {
      InpaintedImage flagged = inpaint(inpainter, true);
      assertThat(flagged.isFlagged()).isTrue();
      assertThat(flagged.notes())
          .contains(Note.NSFW_CONTENT_DETECTED)
          .containsAll(inpaint(inpainter, false).notes());
      assertThat(flagged.image().pixels()).hasSize(3 * 64 * 64).containsOnly((byte) 0);
      assertThat(inpaint(inpainter, false).isFlagged()).isFalse();
    }
  }

  @Test
  void leavesTheRestAsItIs() {
    try (Inpainter inpainter = open("tiny-sd15-inpaint", new SafetyOptions(ALL, 1.1))) {
      InpaintedImage unchecked = inpaint(inpainter, false);
      InpaintedImage checked = inpaint(inpainter, true);
      assertThat(checked.notes()).isEmpty();
      assertThat(checked.image().pixels()).isEqualTo(unchecked.image().pixels());
    }
  }

  @Test
  void refusesToCheckWithoutAChecker() {
    ModelBundle bundle = ModelBundle.open(Goldens.bundle("tiny-sd15-inpaint"));
    try (Inpainter inpainter = Families.open(bundle, Device.cpu(1))) {
      assertThatThrownBy(() -> inpaint(inpainter, true))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("without a safety checker");
    }
  }

  private static Inpainter open(String bundle, SafetyOptions options) {
    SafetyModel checker = SafetyModel.open(Goldens.bundle("colour-classifier"), options);
    return Families.open(
        new ModelSource.Bundle(ModelBundle.open(Goldens.bundle(bundle))),
        Optional.of(checker),
        Device.cpu(1));
  }

  private static InpaintedImage inpaint(Inpainter inpainter, boolean checked) {
    InpaintParameters parameters = Samples.parameters(inpainter, 2);
    InpaintParameters asked =
        new InpaintParameters(
            parameters.width(),
            parameters.height(),
            parameters.sampling(),
            parameters.maskReduction(),
            checked);
    return inpainter.inpaint(asked, List.of(INPUT), new Cancellation()).get(0);
  }
}
