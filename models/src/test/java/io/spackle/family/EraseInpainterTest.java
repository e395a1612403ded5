package io.spackle.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.bundle.ModelBundle;
import io.spackle.codec.DecodeLimits;
import io.spackle.codec.ImageCodec;
import io.spackle.golden.Goldens;
import io.spackle.graph.Cancellation;
import io.spackle.graph.Device;
import io.spackle.graph.InvalidModelException;
import io.spackle.image.Mask;
import io.spackle.image.MaskReduction;
import io.spackle.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each way in which erase models are exported, against what NumPy and ONNX Runtime made of it. */
class EraseInpainterTest {

  private static final Path GOLDEN = Path.of("src/test/golden/erase");

  @TempDir private Path temp;

  /** Floats may round to the other side of a half. */
  @ParameterizedTest
  @CsvSource({
    "tiny-erase-bytes, 0",
    "tiny-erase-floats, 1",
    "tiny-erase-migan, 1",
    "tiny-erase-lama, 1"
  })
  void generatesTheRecordedImage(String bundle, int tolerance) throws IOException {
    RgbImage image = image(bundle, "image");
    byte[] mask = Files.readAllBytes(GOLDEN.resolve(bundle).resolve("mask.png"));
    InpaintInput input = input(image, ImageCodec.decodeMask(mask, DecodeLimits.defaults()));
    RgbImage generated = inpaint(Goldens.bundle(bundle), input).image();
    RgbImage expected = image(bundle, "out");
    int worst = 0;
    for (int i = 0; i < expected.pixels().length; i++) {
      int difference = (generated.pixels()[i] & 0xff) - (expected.pixels()[i] & 0xff);
      worst = Math.max(worst, Math.abs(difference));
    }
    assertThat(worst).isLessThanOrEqualTo(tolerance);
  }

  @Test
  void takesOneSizeAloneWhereTheGraphDoes() {
    ModelTraits fixed = traits("tiny-erase-floats");
    assertThat(fixed.sizes().nativeSide()).isEqualTo(64);
    assertThat(fixed.sizes().multiple()).isEqualTo(64);
    assertThat(fixed.limits().maxLongSide()).isEqualTo(64);
    assertThat(traits("tiny-erase-bytes").limits().maxLongSide()).isEqualTo(2048);
  }

  @Test
  void paintsOneImageOfARow() {
    assertThat(traits("tiny-erase-bytes").limits().maxSamples()).isEqualTo(1);
  }

  @Test
  void notesPromptsThatItDoesNotRead() throws IOException {
    RgbImage image = image("tiny-erase-bytes", "image");
    Mask mask = new Mask(image.width(), image.height(), new byte[image.pixels().length / 3]);
    Path bundle = Goldens.bundle("tiny-erase-bytes");
    assertThat(inpaint(bundle, input(image, mask)).notes()).isEmpty();
    assertThat(inpaint(bundle, new InpaintInput(image, mask, "a cat", null, null, 1)).notes())
        .containsExactly(Note.PROMPT_UNUSED);
    assertThat(inpaint(bundle, new InpaintInput(image, mask, "", "a dog", null, 1)).notes())
        .containsExactly(Note.PROMPT_UNUSED);
  }

  @Test
  void refusesAnImageOfAnotherSizeThanThePlans() throws IOException {
    RgbImage image = image("tiny-erase-bytes", "image");
    Mask mask = new Mask(image.width(), image.height(), new byte[image.pixels().length / 3]);
    InpaintParameters parameters = parameters(image.width() + 8, image.height());
    try (Inpainter inpainter = open(Goldens.bundle("tiny-erase-bytes"))) {
      assertThatThrownBy(
              () -> inpainter.inpaint(parameters, List.of(input(image, mask)), new Cancellation()))
          .isInstanceOf(UnusableImageException.class)
          .hasMessageContaining("size_multiple in erase.json");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "tiny-erase-bytes | {} | mask is missing, expected \"repaint\" or \"keep\"",
        "tiny-erase-bytes | {\"mask\": \"white\"} | mask is \"white\", expected \"repaint\" or",
        "tiny-erase-bytes | {\"mask\": \"keep\", \"output\": \"0..1\"} | expected \"0..255\","
            + " which",
        "tiny-erase-bytes | {\"mask\": \"keep\", \"size\": 512} | [size] found, expected mask,",
        "tiny-erase-bytes | {\"mask\": \"keep\", \"size_multiple\": 0} | size_multiple is 0, exp",
        "tiny-erase-bytes | {\"mask\": \"keep\", \"size_multiple\": \"8\"} | size_multiple is"
            + " \"8\"",
        "tiny-erase-floats | {\"mask\": \"repaint\"} | output is missing, expected one of \"0..1\"",
        "tiny-erase-floats | {\"mask\": \"repaint\", \"output\": \"0-1\"} | output is \"0-1\", exp",
        "tiny-erase-lama | {\"mask\": \"repaint\", \"output\": \"0..255\"} | expected \"0..1\","
            + " which",
      })
  void refusesWhatDoesNotTellHowToFeedTheGraph(String bundle, String config, String problem)
      throws IOException {
    Path folder = bundle(Goldens.bundle(bundle).resolve("model.onnx"), config);
    assertThatThrownBy(() -> Families.traits(ModelBundle.open(folder)))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void refusesGraphsThatDoNotErase() throws IOException {
    Path unet = Goldens.bundle("tiny-sd15-inpaint").resolve("unet/model.onnx");
    Path folder = bundle(unet, "{\"mask\": \"keep\"}");
    assertThatThrownBy(() -> Families.open(ModelBundle.open(folder), Device.cpu(1)))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("inputs [sample FLOAT32[-1, 9, -1, -1], ")
        .hasMessageContaining("expected an image [1, 3, h, w] and a mask [1, 1, h, w]")
        .hasMessageContaining("outputs [out_sample FLOAT32");
  }

  @Test
  void otherBytesInTheMaskThanTheGraphMeansPaintAnotherImage() throws IOException {
    Path graph = Goldens.bundle("tiny-erase-bytes").resolve("model.onnx");
    RgbImage image = image("tiny-erase-bytes", "image");
    byte[] mask = Files.readAllBytes(GOLDEN.resolve("tiny-erase-bytes/mask.png"));
    InpaintInput input = input(image, ImageCodec.decodeMask(mask, DecodeLimits.defaults()));
    Path wrong = bundle(graph, "{\"mask\": \"repaint\"}");
    assertThat(inpaint(wrong, input).image().pixels())
        .isNotEqualTo(image("tiny-erase-bytes", "out").pixels());
  }

  private Path bundle(Path graph, String config) throws IOException {
    Files.copy(graph, temp.resolve("model.onnx"));
    Files.writeString(temp.resolve("erase.json"), config);
    return temp;
  }

  private static ModelTraits traits(String bundle) {
    return Families.traits(ModelBundle.open(Goldens.bundle(bundle)));
  }

  private static Inpainter open(Path bundle) {
    return Families.open(ModelBundle.open(bundle), Device.cpu(1));
  }

  private static InpaintedImage inpaint(Path bundle, InpaintInput input) {
    InpaintParameters parameters = parameters(input.image().width(), input.image().height());
    try (Inpainter inpainter = open(bundle)) {
      return inpainter.inpaint(parameters, List.of(input), new Cancellation()).get(0);
    }
  }

  private static InpaintParameters parameters(int width, int height) {
    return new InpaintParameters(
        width,
        height,
        new InpaintParameters.Sampling(1, 1, 1, SchedulerChoice.DEFAULT),
        MaskReduction.MAX,
        false);
  }

  private static InpaintInput input(RgbImage image, Mask mask) {
    return new InpaintInput(image, mask, "", null, null, 0);
  }

  private static RgbImage image(String bundle, String name) throws IOException {
    byte[] file = Files.readAllBytes(GOLDEN.resolve(bundle).resolve(name + ".png"));
    return ImageCodec.decode(file, DecodeLimits.defaults());
  }
}
