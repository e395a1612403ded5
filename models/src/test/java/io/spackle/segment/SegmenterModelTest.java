package io.spackle.segment;

import static io.spackle.segment.Segments.folder;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.graph.Device;
import io.spackle.graph.InvalidModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SegmenterModelTest {

  @TempDir private Path empty;

  @ParameterizedTest
  @CsvSource({
    "classes, CLASSES, 32 x 32",
    "classes-free, CLASSES, any",
    "planes, CLASSES, 24 x 24",
    "saliency, SALIENCY, 32 x 32",
    "saliency-logits, SALIENCY, 32 x 32",
    "text, TEXT, any"
  })
  void theKindFollowsFromTheFolder(String name, SegmenterKind kind, String input) {
    SegmenterTraits traits = SegmenterModel.open(folder(name), SegmenterOptions.NONE).traits();
    assertThat(traits.kind()).isEqualTo(kind);
    assertThat(traits.input()).isEqualTo(input);
  }

  @Test
  void theConfigurationCanStateTheKind() {
    SegmenterOptions saliency = new SegmenterOptions(SegmenterKind.SALIENCY, null, List.of(), null);
    assertThat(SegmenterModel.open(folder("text"), saliency).traits().kind())
        .isEqualTo(SegmenterKind.SALIENCY);
    assertThatThrownBy(() -> SegmenterModel.open(folder("planes"), saliency))
        .hasMessageContaining("4 planes found, expected 1");
  }

  @Test
  void channelsLastAreRefused() {
    refused("channels-last", "image FLOAT32[1, 32, 32, 3]", "channels first");
  }

  @Test
  void labelsForAnotherNumberOfClassesAreRefused() {
    refused("classes-too-few-labels", "4 planes found, expected 3", "Dress");
  }

  @Test
  void labelsForAnotherNumberOfClassesAreFoundOutByARunIfTheGraphDoesNotDeclareIt() {
    SegmenterModel model =
        SegmenterModel.open(folder("classes-too-few-labels-undeclared"), SegmenterOptions.NONE);
    assertThatThrownBy(() -> model.load(Device.cpu(1)))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("expected [1, 3, height, width]");
  }

  @Test
  void anImageClassifierFindsNoPixels() {
    Path classifier = Path.of(System.getProperty("bundles.dir"), "colour-classifier");
    assertThatThrownBy(() -> SegmenterModel.open(classifier, SegmenterOptions.NONE))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("logits FLOAT32[-1, 3]")
        .hasMessageContaining("finds no classes of pixels");
  }

  @Test
  void aModelThatPaintsIsNoSegmenter() {
    for (String name : List.of("tiny-erase-bytes", "tiny-sd15-inpaint")) {
      Path bundle = Path.of(System.getProperty("bundles.dir"), name);
      assertThat(SegmenterModel.isIn(bundle)).isFalse();
      assertThatThrownBy(() -> SegmenterModel.open(bundle, SegmenterOptions.NONE))
          .hasMessageContaining("a model that paints");
    }
  }

  @Test
  void aFolderWithoutAGraphNamesWhatItHolds() throws IOException {
    Files.writeString(empty.resolve("pytorch_model.bin"), "weights");
    assertThatThrownBy(() -> SegmenterModel.open(empty, SegmenterOptions.NONE))
        .hasMessageContaining("0 graphs found among [pytorch_model.bin]");
    assertThat(SegmenterModel.isIn(empty)).isFalse();
  }

  @Test
  void otherBuiltInNamesAreRefused() {
    assertThatThrownBy(() -> SegmenterModel.builtInDigest("builtin:faces"))
        .hasMessageContaining("is not built in, expected builtin:text or a folder");
  }

  private static void refused(String name, String found, String expected) {
    assertThatThrownBy(() -> SegmenterModel.open(folder(name), SegmenterOptions.NONE))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining(found)
        .hasMessageContaining(expected);
  }
}
