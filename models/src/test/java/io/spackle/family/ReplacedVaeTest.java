package io.spackle.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.bundle.ModelBundle;
import io.spackle.bundle.ModelFolder;
import io.spackle.golden.Goldens;
import io.spackle.graph.Device;
import io.spackle.graph.InvalidModelException;
import io.spackle.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model with the autoencoder of another folder. */
class ReplacedVaeTest {

  private static final ModelBundle OWN = ModelBundle.open(Goldens.bundle("tiny-sd15-inpaint"));

  @TempDir private Path temp;

  @Test
  void aCopyOfItsOwnAutoencoderGeneratesTheSame() throws IOException {
    assertThat(inpaint(OWN.withVae(vae("tiny-sd15-inpaint", 0.18215))).pixels())
        .isEqualTo(inpaint(OWN).pixels());
  }

  @Test
  void theFactorsAreThoseOfTheAutoencoder() throws IOException {
    byte[] sdxl = inpaint(OWN.withVae(vae("tiny-sdxl-inpaint", 0.13025))).pixels();
    assertThat(inpaint(OWN.withVae(vae("tiny-sdxl-inpaint", 0.18215))).pixels()).isNotEqualTo(sdxl);
    assertThat(inpaint(OWN).pixels()).isNotEqualTo(sdxl);
  }

  @Test
  void latentsOfAnotherFamilyAreRefused() {
    ModelFolder flux = ModelFolder.open(Goldens.bundle("tiny-flux-fill"), ModelBundle.VAE);
    assertThatThrownBy(() -> Families.open(OWN.withVae(flux), Device.cpu(1)))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("latent_channels 16 found, expected 4");
  }

  /** The autoencoder of a bundle in a folder of its own, with another scaling factor. */
  private ModelFolder vae(String bundle, double scalingFactor) throws IOException {
    Path folder = Files.createTempDirectory(temp, "vae");
    for (String component : ModelBundle.VAE) {
      Path from = Goldens.bundle(bundle).resolve(component);
      Path to = Files.createDirectory(folder.resolve(component));
      Files.copy(from.resolve("model.onnx"), to.resolve("model.onnx"));
    }
    String config = "{\"scaling_factor\": " + scalingFactor + ", \"latent_channels\": 4}";
    Files.writeString(folder.resolve("vae_decoder/config.json"), config);
    return ModelFolder.open(folder, ModelBundle.VAE);
  }

  private static RgbImage inpaint(ModelBundle bundle) {
    try (Inpainter inpainter = Families.open(bundle, Device.cpu(1))) {
      return Samples.inpaint(inpainter, Samples.input("a cat", 1)).image();
    }
  }
}
