package io.spackle.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.bundle.ModelBundle;
import io.spackle.golden.Goldens;
import io.spackle.graph.Device;
import io.spackle.graph.InvalidModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From a model folder to its family, or to a refusal that says what is wrong. */
class FamiliesTest {

  @TempDir private Path temp;

  @ParameterizedTest
  @CsvSource({
    "tiny-sd15-inpaint, sd15, 128, 64",
    "tiny-sd15-inpaint-legacy, sd15, 512, 64",
    "tiny-sd15, sd15, 128, 64",
    "tiny-sdxl-inpaint, sdxl, 128, 32",
    "tiny-catvton, catvton, 128, 64",
    "tiny-flux-fill, flux-fill, 1024, 16",
    "tiny-erase-bytes, erase, 512, 8",
    "tiny-erase-floats, erase, 64, 64"
  })
  void readsFamilyAndSizesFromTheFolder(String bundle, String family, int side, int multiple) {
    ModelTraits traits = Families.traits(ModelBundle.open(Goldens.bundle(bundle)));

    assertThat(traits.family()).isEqualTo(family);
    assertThat(traits.sizes().nativeSide()).isEqualTo(side);
    assertThat(traits.sizes().multiple()).isEqualTo(multiple);
    assertThat(traits.schedulers()).isNotEmpty();
  }

  @Test
  void refusesAFolderOfNoFamily() throws IOException {
    Path folder = copy("tiny-sd15-inpaint");
    Files.delete(folder.resolve("unet/model.onnx"));

    assertThatThrownBy(() -> Families.traits(ModelBundle.open(folder)))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("sd15, sdxl, flux-fill, erase");
  }

  @Test
  void refusesGraphsOfAnotherModelNamingTheirInputs() throws IOException {
    Path folder = copy("tiny-sd15-inpaint");
    Files.copy(
        Goldens.bundle("tiny-sdxl-inpaint").resolve("unet/model.onnx"),
        folder.resolve("unet/model.onnx"),
        StandardCopyOption.REPLACE_EXISTING);

    assertThatThrownBy(() -> Families.open(ModelBundle.open(folder), Device.cpu(1)))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("unet/model.onnx")
        .hasMessageContaining("time_ids");
  }

  @Test
  void namesTheGraphThatIsMissing() throws IOException {
    Path folder = copy("tiny-sd15-inpaint");
    Files.delete(folder.resolve("vae_decoder/model.onnx"));

    assertThatThrownBy(() -> Families.open(ModelBundle.open(folder), Device.cpu(1)))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("vae_decoder/model.onnx: not found");
  }

  private Path copy(String bundle) throws IOException {
    Path to = temp.resolve(bundle);
    Goldens.copyBundle(bundle, to);
    return to;
  }
}
