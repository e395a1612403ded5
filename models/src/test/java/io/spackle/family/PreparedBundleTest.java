package io.spackle.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.bundle.ModelBundle;
import io.spackle.bundle.ModelFolder;
import io.spackle.bundle.PreparedBundle;
import io.spackle.golden.Goldens;
import io.spackle.graph.Device;
import io.spackle.graph.InvalidModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A prepared model generates the images of the folder that it was made from, under its digest. */
class PreparedBundleTest {

  private static final String SMALLEST = "tiny-erase-lama";

  @TempDir private Path temp;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tiny-sd15",
        "tiny-sd15-inpaint",
        "tiny-sd15-inpaint-fp16",
        "tiny-sd15-inpaint-legacy",
        "tiny-sdxl-inpaint",
        "tiny-flux-fill",
        "tiny-catvton",
        "tiny-erase-bytes",
        "tiny-erase-floats",
        SMALLEST,
        "tiny-erase-migan"
      })
  void generatesTheSameBitsUnderTheSameDigest(String name) throws IOException {
    Path prepared = prepare(name, Device.Kind.CPU);

    assertThat(ModelBundle.open(prepared).digests())
        .isEqualTo(ModelBundle.open(Goldens.bundle(name)).digests());
    assertThat(image(prepared)).isEqualTo(image(Goldens.bundle(name)));
  }

  /** Without operators that are fused for the CPU. */
  @Test
  void preparedForCudaItRunsOnTheCpuToo() throws IOException {
    Path prepared = prepare("tiny-sd15-inpaint", Device.Kind.CUDA);
    assertThat(image(prepared)).isEqualTo(image(Goldens.bundle("tiny-sd15-inpaint")));
    ModelBundle.open(prepared).require(Device.cuda(0));
  }

  @Test
  void preparedForTheCpuItIsRefusedOnCuda() throws IOException {
    ModelBundle prepared = ModelBundle.open(prepare(SMALLEST, Device.Kind.CPU));
    assertThatThrownBy(() -> prepared.require(Device.cuda(0)))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("is prepared for the CPU, and run on CUDA: prepare it with");
  }

  @Test
  void weightsLieBesideTheGraphAndTheUnetTakesATimestepPerImage() throws IOException {
    Path prepared = prepare("tiny-sd15-inpaint", Device.Kind.CPU);
    assertThat(Files.size(prepared.resolve("unet/model.onnx_data")))
        .isGreaterThan(Files.size(prepared.resolve("unet/model.onnx")));
    assertThat(ModelBundle.open(prepared).header("unet").inputs())
        .filteredOn(input -> input.name().equals("timestep"))
        .singleElement()
        .satisfies(timestep -> assertThat(timestep.axes()).containsExactly(-1L));
  }

  @Test
  void aPreparedModelThatIsChangedHasADigestOfItsOwn() throws IOException {
    Path prepared = prepare(SMALLEST, Device.Kind.CPU);
    Files.writeString(prepared.resolve("erase.json"), "\n", StandardOpenOption.APPEND);
    assertThat(ModelBundle.open(prepared).digest())
        .isNotEqualTo(ModelBundle.open(Goldens.bundle(SMALLEST)).digest());
  }

  /** The autoencoder and the safety checker of a folder are opened, and count, by themselves. */
  @Test
  void componentsHaveTheDigestsOfTheirOriginals() throws IOException {
    Path original = Goldens.bundle("tiny-sd15-inpaint-legacy");
    Path prepared = prepare("tiny-sd15-inpaint-legacy", Device.Kind.CPU);
    assertThat(ModelFolder.open(prepared, ModelBundle.VAE).digests())
        .isNotEmpty()
        .isEqualTo(ModelFolder.open(original, ModelBundle.VAE).digests());
  }

  @ParameterizedTest
  @EnumSource(Device.Kind.class)
  void aDamagedMarkIsNamed(Device.Kind device) throws IOException {
    Path prepared = prepare(SMALLEST, device);
    Files.writeString(prepared.resolve("prepared.json"), "{");
    assertThatThrownBy(() -> ModelBundle.open(prepared))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("prepared.json: damaged, prepare the model again");
  }

  @Test
  void aFolderThatExistsIsKeptAndAPreparedModelIsNotPreparedAgain() throws IOException {
    Path prepared = prepare(SMALLEST, Device.Kind.CPU);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> prepare(SMALLEST, Device.Kind.CPU))
        .withMessageContaining("exists: name a folder that does not");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PreparedBundle.write(prepared, temp.resolve("b"), Device.Kind.CPU))
        .withMessageContaining("is prepared already: prepare the folder that it was made from");
    try (Stream<Path> folders = Files.list(temp)) {
      assertThat(folders).containsExactly(prepared);
    }
  }

  private Path prepare(String name, Device.Kind device) throws IOException {
    Path target = temp.resolve(name);
    PreparedBundle.write(Goldens.bundle(name), target, device);
    return target;
  }

  private static byte[] image(Path folder) {
    try (Inpainter model = Families.open(ModelBundle.open(folder), Device.cpu(1))) {
      return Samples.inpaint(model, Samples.input("a cat", 1)).image().pixels();
    }
  }
}
