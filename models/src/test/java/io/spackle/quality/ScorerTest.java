package io.spackle.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.spackle.golden.Goldens;
import io.spackle.graph.Cancellation;
import io.spackle.graph.Device;
import io.spackle.graph.InvalidModelException;
import io.spackle.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScorerTest {

  /** Its logits are the means of red, green and blue, each from -4 to 4. */
  private static final Path COLOURS = Goldens.bundle("colour-classifier");

  /** Its embeddings of images are these means, and those of colour words are the axes. */
  private static final Path CLIP = Goldens.bundle("tiny-clip");

  @TempDir private Path folder;

  @Test
  void theScoreOfAClassifierIsTheProbabilityOfItsLabel() {
    double red = 1 / (1 + 2 * Math.exp(-8));
    assertThat(score(COLOURS, "Red", image(255, 0, 0), "")).isCloseTo(red, within(1e-6));
    assertThat(score(COLOURS, "blue", image(255, 0, 0), "")).isCloseTo((1 - red) / 2, within(1e-6));
  }

  /** The cosine of (4, -4, -4) with the axis of the word. */
  @Test
  void theScoreOfClipIsTheFitOfImageAndPrompt() {
    double third = 1 / Math.sqrt(3);
    assertThat(score(CLIP, null, image(255, 0, 0), "red")).isCloseTo(third, within(1e-6));
    assertThat(score(CLIP, null, image(255, 0, 0), "Blue")).isCloseTo(-third, within(1e-6));
    assertThat(score(CLIP, null, image(255, 0, 0), "red red")).isCloseTo(third, within(1e-6));
  }

  @Test
  void longPromptsAreCutAndBlankOnesHaveNoScore() {
    String prompt = "red " + "red".repeat(100);
    assertThat(score(CLIP, null, image(255, 0, 0), prompt)).isNotNull();
    assertThat(score(CLIP, null, image(255, 0, 0), " ")).isNull();
  }

  @Test
  void aLabelMustBeOneOfTheClassifier() {
    assertThatThrownBy(() -> ScorerModel.open(COLOURS, "beautiful"))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("[red, green, blue], expected beautiful to be among them");
    assertThatThrownBy(() -> ScorerModel.open(COLOURS, null).load(Device.cpu(1)))
        .hasMessageContaining("3 values found, expected a single one: name a label");
    assertThatThrownBy(() -> ScorerModel.open(CLIP, "red"))
        .hasMessageContaining("scores prompts, but a label is named: remove it");
  }

  @Test
  void missingFilesAreListed() throws IOException {
    assertThatThrownBy(() -> ScorerModel.open(folder, "red"))
        .hasMessageContaining("model.onnx: not found");
    Files.copy(COLOURS.resolve("model.onnx"), folder.resolve("model.onnx"));
    assertThatThrownBy(() -> ScorerModel.open(folder, "red"))
        .hasMessageContaining("config.json: not found")
        .hasMessageContaining("preprocessor_config.json: not found");
  }

  private static Double score(Path folder, String label, RgbImage image, String prompt) {
    try (Scorer scorer = ScorerModel.open(folder, label).load(Device.cpu(1))) {
      return scorer.score(image, prompt, new Cancellation());
    }
  }

  private static RgbImage image(int red, int green, int blue) {
    byte[] pixels = new byte[3 * 20 * 10];
    for (int i = 0; i < pixels.length; i += 3) {
      pixels[i] = (byte) red;
      pixels[i + 1] = (byte) green;
      pixels[i + 2] = (byte) blue;
    }
    return new RgbImage(20, 10, pixels);
  }
}
