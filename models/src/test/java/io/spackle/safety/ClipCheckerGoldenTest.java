package io.spackle.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.spackle.bundle.ModelBundle;
import io.spackle.codec.DecodeLimits;
import io.spackle.codec.ImageCodec;
import io.spackle.golden.Goldens;
import io.spackle.graph.Cancellation;
import io.spackle.graph.Device;
import io.spackle.image.RgbImage;
import io.spackle.preprocess.ImagePreprocessor;
import io.spackle.tensor.FloatTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** The preprocessing of transformers and the flags of the reference: every row of safety.json. */
class ClipCheckerGoldenTest {

  private static final Path BUNDLE = Goldens.bundle("tiny-sd15-inpaint-legacy");

  private static final List<JsonNode> ROWS =
      StreamSupport.stream(
              Goldens.json(Goldens.file("vectors/safety.json")).get("rows").spliterator(), false)
          .toList();

  @Test
  void preprocessingEqualsTransformers() throws IOException {
    JsonNode config = ModelBundle.open(BUNDLE).config("feature_extractor").orElseThrow();
    List<String> problems = new ArrayList<>();
    ImagePreprocessor configured = ImagePreprocessor.of(config, problems);
    assertThat(problems).isEmpty();
    assertThat(ROWS).hasSizeGreaterThanOrEqualTo(12);
    for (JsonNode row : ROWS) {
      assertPreprocessed(configured.tensor(image(row)), row);
      assertPreprocessed(
          ImagePreprocessor.OF_CLIP.tensor(image(row)), row); // for folders without a configuration
    }
  }

  private static void assertPreprocessed(FloatTensor found, JsonNode row) {
    int[] axes = found.shape().axes();
    assertThat(axes).containsExactly(1, 3, 224, 224);
    float[] expected = Goldens.floats(row.get("row_112"));
    assertThat(expected).hasSize(3 * 14);
    for (int i = 0; i < expected.length; i++) {
      int at = (i / 14 * 224 + 112) * 224 + i % 14 * 16;
      assertThat(found.data()[at]).as("%s, value %d", row, i).isCloseTo(expected[i], within(2e-5f));
    }
    double sum = 0;
    for (float value : found.data()) {
      sum += value;
    }
    assertThat(sum / found.data().length)
        .isCloseTo(row.get("clip_input_mean").asDouble(), within(1e-4));
  }

  @Test
  void flagsEqualTheReference() throws IOException {
    SafetyModel model = SafetyModel.open(BUNDLE, new SafetyOptions(List.of(), 0));
    try (SafetyChecker checker = model.load(Device.cpu(1))) {
      for (JsonNode row : ROWS) {
        assertThat(checker.flags(image(row), new Cancellation()))
            .as(row.toString())
            .isEqualTo(row.get("nsfw").asBoolean());
      }
    }
    assertThat(ROWS.stream().map(row -> row.get("nsfw").asBoolean()).distinct()).hasSize(2);
    assertThat(model.name()).isEqualTo("tiny-sd15-inpaint-legacy/safety_checker");
  }

  private static RgbImage image(JsonNode row) throws IOException {
    byte[] file = Files.readAllBytes(Goldens.photo(row.get("image").asText()));
    RgbImage complete = ImageCodec.decode(file, DecodeLimits.defaults());
    JsonNode crop = row.get("crop");
    return crop.isNull() ? complete : part(complete, crop);
  }

  private static RgbImage part(RgbImage complete, JsonNode crop) {
    int left = crop.get(0).asInt();
    int top = crop.get(1).asInt();
    int width = crop.get(2).asInt() - left;
    int height = crop.get(3).asInt() - top;
    byte[] pixels = new byte[3 * width * height];
    for (int y = 0; y < height; y++) {
      int from = 3 * ((top + y) * complete.width() + left);
      System.arraycopy(complete.pixels(), from, pixels, 3 * y * width, 3 * width);
    }
    return new RgbImage(width, height, pixels);
  }
}
