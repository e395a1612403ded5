package io.spackle.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.bundle.ModelBundle;
import io.spackle.golden.Goldens;
import io.spackle.graph.Bfloat16Copy;
import io.spackle.graph.Device;
import io.spackle.graph.InvalidModelException;
import io.spackle.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Graphs of mixed precision generate nearly what float32 graphs generate. */
class MixedPrecisionIT {

  private static final List<String> GRAPHS =
      List.of("text_encoder", "unet", "vae_encoder", "vae_decoder");

  private static final Path FULL = Goldens.bundle("tiny-sd15-inpaint");
  private static final Path HALF = Goldens.bundle("tiny-sd15-inpaint-fp16");

  /** In levels of 0 to 255. */
  private static final int FLOAT16_MAX = 4;

  private static final double FLOAT16_MEAN = 0.5;

  /** Of bfloat16, which has 3 bits less: 6 and 0.9 were seen. */
  private static final int BFLOAT16_MAX = 8;

  private static final double BFLOAT16_MEAN = 1.2;

  private static RgbImage expected;

  @TempDir private Path temp;

  @BeforeAll
  static void generateInFloat32() {
    expected = inpaint(FULL);
  }

  /**
   * One precision per graph: f float32, h float16, b bfloat16. Each two graphs meet in each pair of
   * precisions (an orthogonal array), and all graphs in one.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "fhhh", "fbbb", "hfhb", "hhbf", "hbfh", "bfbh", "bhfb", "bbhf", "ffff", "hhhh", "bbbb"
      })
  void graphsOfDifferentPrecisionsGenerateNearlyTheSame(String mix) throws IOException {
    boolean hasBfloat16 = mix.contains("b");
    assertNear(
        inpaint(bundle(mix)),
        hasBfloat16 ? BFLOAT16_MAX : FLOAT16_MAX,
        hasBfloat16 ? BFLOAT16_MEAN : FLOAT16_MEAN);
  }

  /** A CPU casts bfloat16 and computes nothing in it: opening the model says what to do. */
  @Test
  void operatorsInBfloat16AreRefusedOnACpu() throws IOException {
    Path folder = bundle("ffff");
    Path graph = folder.resolve("vae_decoder/model.onnx");
    Files.write(graph, Bfloat16Copy.ofOperator("Sigmoid"));
    assertThatThrownBy(() -> Families.open(ModelBundle.open(folder), Device.cpu(1)))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("vae_decoder")
        .hasMessageContaining("export the graph in float32 or float16");
  }

  private Path bundle(String mix) throws IOException {
    Path folder = temp.resolve(mix);
    Goldens.copyBundle("tiny-sd15-inpaint", folder);
    for (int i = 0; i < GRAPHS.size(); i++) {
      String file = GRAPHS.get(i) + "/model.onnx";
      switch (mix.charAt(i)) {
        case 'h' ->
            Files.copy(
                HALF.resolve(file), folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        case 'b' -> Bfloat16Copy.write(FULL.resolve(file), folder.resolve(file));
        default -> {} // as copied
      }
    }
    return folder;
  }

  private static RgbImage inpaint(Path folder) {
    try (Inpainter inpainter = Families.open(ModelBundle.open(folder), Device.cpu(1))) {
      return Samples.inpaint(inpainter, Samples.input("a cat", 1)).image();
    }
  }

  private static void assertNear(RgbImage generated, int max, double mean) {
    List<Integer> differences = new ArrayList<>();
    for (int i = 0; i < generated.pixels().length; i++) {
      differences.add(Math.abs((generated.pixels()[i] & 0xff) - (expected.pixels()[i] & 0xff)));
    }
    assertThat(differences).as("largest").allMatch(difference -> difference <= max);
    assertThat(differences.stream().mapToInt(Integer::intValue).average().orElseThrow())
        .as("mean")
        .isLessThanOrEqualTo(mean);
  }
}
