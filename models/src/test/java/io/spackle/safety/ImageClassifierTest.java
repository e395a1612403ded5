package io.spackle.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.golden.Goldens;
import io.spackle.graph.Cancellation;
import io.spackle.graph.Device;
import io.spackle.graph.InvalidModelException;
import io.spackle.image.RgbImage;
import io.spackle.safety.ImageClassifier.FlagRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Image classifiers in Optimum's layout, with a test model that classifies colours. */
class ImageClassifierTest {

  private static final Path COLOURS = Goldens.bundle("colour-classifier");

  @TempDir private Path folder;

  @Test
  void configuredLabelsAreFlagged() {
    assertThat(flags(image(255, 0, 0), 0.5, "red")).isTrue();
    assertThat(flags(image(255, 0, 0), 0.5, "Green", "blue")).isFalse();
    assertThat(flags(image(0, 0, 255), 0.5, "Green", "blue")).isTrue();
  }

  @Test
  void probabilitiesOfExclusiveLabelsAddUp() {
    RgbImage grey = image(128, 128, 128); // a third each
    assertThat(flags(grey, 0.4, "red")).isFalse();
    assertThat(flags(grey, 0.3, "red")).isTrue();
    assertThat(flags(grey, 0.6, "red", "blue")).isTrue();
    assertThat(flags(grey, 0.7, "red", "blue")).isFalse();
  }

  @Test
  void labelsOfMultiLabelModelsAreComparedSeparately() throws IOException {
    FlagRule multiLabel =
        rule(
            "{\"id2label\": {\"0\": \"a\", \"1\": \"b\"}, \"problem_type\": \"multi_label_classification\"}");
    assertThat(multiLabel.flags(new float[] {0, 0}, true)).isFalse(); // one half each, below 0.6
    assertThat(multiLabel.flags(new float[] {5, -5}, true)).isTrue();
    assertThat(multiLabel.flags(new float[] {0.7f, 0.7f}, false)).isTrue();
    FlagRule single = rule("{\"id2label\": {\"0\": \"a\"}}");
    assertThat(single.flags(new float[] {-3}, true)).isFalse();
    assertThat(single.flags(new float[] {3}, true)).isTrue();
    assertThatThrownBy(() -> single.flags(new float[] {1, 2}, true))
        .hasMessageContaining("2 scores found, expected one for each of 1 labels");
  }

  private static FlagRule rule(String config) throws IOException {
    JsonNode json = new ObjectMapper().readTree(config);
    List<String> labels = json.get("id2label").size() == 1 ? List.of("a") : List.of("a", "b");
    List<String> problems = new ArrayList<>();
    FlagRule rule = FlagRule.of(json, new SafetyOptions(labels, 0.6), problems);
    assertThat(problems).isEmpty();
    return rule;
  }

  @Test
  void unknownLabelsAreRejectedWithTheKnownOnes() {
    assertThatThrownBy(() -> flags(image(0, 0, 0), 0.5, "nsfw"))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("[red, green, blue], expected [nsfw] to be among them");
    assertThatThrownBy(() -> flags(image(0, 0, 0), 0.5))
        .hasMessageContaining("expected at least one");
  }

  @Test
  void missingFilesAreListed() throws IOException {
    assertThatThrownBy(() -> SafetyModel.open(folder, new SafetyOptions(List.of("red"), 0.5)))
        .hasMessageContaining("neither model.onnx nor safety_checker/model.onnx found");
    Files.copy(COLOURS.resolve("model.onnx"), folder.resolve("model.onnx"));
    assertThatThrownBy(() -> SafetyModel.open(folder, new SafetyOptions(List.of("red"), 0.5)))
        .hasMessageContaining("config.json: not found")
        .hasMessageContaining("preprocessor_config.json: not found");
  }

  @Test
  void mismatchedInputSizeIsRejectedOnLoading() throws IOException {
    SafetyModel model = withPreprocessor("{\"size\": 16}");
    assertThatThrownBy(() -> model.load(Device.cpu(1)))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("[1, 3, 16, 16], expected [-1, 3, 8, 8]");
  }

  @Test
  void unsupportedPreprocessingIsRejected() {
    assertThatThrownBy(() -> withPreprocessor("{\"resample\": 0}"))
        .hasMessageContaining("resample 0");
    assertThatThrownBy(() -> withPreprocessor("{\"crop_pct\": 0.9}"))
        .hasMessageContaining("crop_pct");
    assertThatThrownBy(() -> withPreprocessor("{\"image_mean\": [0.5]}"))
        .hasMessageContaining("image_mean has too few numbers");
    assertThatThrownBy(
            () -> withPreprocessor("{\"do_center_crop\": true, \"size\": 8, \"crop_size\": 9}"))
        .hasMessageContaining("crop_size is larger than size");
  }

  private SafetyModel withPreprocessor(String json) throws IOException {
    Path copy = Files.createTempDirectory(folder, "classifier");
    for (String file : List.of("model.onnx", "config.json")) {
      Files.copy(COLOURS.resolve(file), copy.resolve(file));
    }
    Files.writeString(copy.resolve("preprocessor_config.json"), json);
    return SafetyModel.open(copy, new SafetyOptions(List.of("red"), 0.5));
  }

  private static boolean flags(RgbImage image, double threshold, String... labels) {
    SafetyOptions options = new SafetyOptions(List.of(labels), threshold);
    try (SafetyChecker checker = SafetyModel.open(COLOURS, options).load(Device.cpu(1))) {
      return checker.flags(image, new Cancellation());
    }
  }

  private static RgbImage image(int red, int green, int blue) {
    byte[] pixels = new byte[3 * 40 * 30];
    for (int i = 0; i < pixels.length; i += 3) {
      pixels[i] = (byte) red;
      pixels[i + 1] = (byte) green;
      pixels[i + 2] = (byte) blue;
    }
    return new RgbImage(40, 30, pixels);
  }
}
