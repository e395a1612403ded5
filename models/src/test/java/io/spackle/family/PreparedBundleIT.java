package io.spackle.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.bundle.ModelBundle;
import io.spackle.bundle.ModelFolder;
import io.spackle.bundle.PreparedBundle;
import io.spackle.golden.Goldens;
import io.spackle.graph.Device;
import io.spackle.graph.GraphOptimizer;
import io.spackle.graph.InvalidModelException;
import io.spackle.safety.SafetyModel;
import io.spackle.safety.SafetyOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A prepared model generates the images of the folder that it was made from, under its digest. */
class PreparedBundleIT {

  private static final Optional<GraphOptimizer> CPU = Optional.of(GraphOptimizer.of(Device.cpu(0)));
  private static final Optional<GraphOptimizer> THIS_CPU = Optional.of(GraphOptimizer.ofThisCpu());
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
    byte[] image = image(Goldens.bundle(name));
    Map<String, String> digests = ModelBundle.open(Goldens.bundle(name)).digests();
    for (Optional<GraphOptimizer> optimizer : List.of(CPU, THIS_CPU)) {
      Path prepared = prepare(name, optimizer);
      assertThat(ModelBundle.open(prepared).digests()).isEqualTo(digests);
      assertThat(image(prepared)).isEqualTo(image);
    }
  }

  /** Every graph of a folder counts, that of a safety checker too. */
  @Test
  void withASavedLayoutItIsRefusedWhereTheLayoutIsAnother() throws IOException {
    Path prepared = prepare("tiny-sd15-inpaint-legacy", THIS_CPU);
    Path file = prepared.resolve("prepared.json");
    String mark = Files.readString(file);
    assertThat(mark).containsPattern("\"layout\" : \"[0-9a-f]{64}\"");
    Files.writeString(file, mark.replaceFirst("(\"layout\" : \"[0-9a-f]{63}).", "$1x"));
    ModelBundle elsewhere = ModelBundle.open(prepared);
    SafetyModel checker = SafetyModel.open(prepared, new SafetyOptions(List.of(), 0));
    for (ThrowingCallable opening :
        List.<ThrowingCallable>of(
            () -> Families.open(elsewhere, Device.cpu(1)), () -> checker.load(Device.cpu(1)))) {
      assertThatThrownBy(opening)
          .isInstanceOf(InvalidModelException.class)
          .hasMessageContaining("prepare the model here, or without --this-cpu");
    }
  }

  @Test
  void tellsWhatItIsPreparedFor() throws IOException {
    assertThat(ModelBundle.open(prepare(SMALLEST, CPU)).preparation().orElseThrow())
        .endsWith(" for CPU");
    assertThat(ModelBundle.open(prepare(SMALLEST, THIS_CPU)).preparation().orElseThrow())
        .contains(" for CPUs with this layout: ");
  }

  /** Not optimised: what ONNX Runtime casts for the CPU would be slow elsewhere. */
  @Test
  void preparedForAnyDeviceItRunsEverywhere() throws IOException {
    Path prepared = prepare("tiny-sd15-inpaint", Optional.empty());
    assertThat(image(prepared)).isEqualTo(image(Goldens.bundle("tiny-sd15-inpaint")));
    ModelBundle bundle = ModelBundle.open(prepared);
    assertThat(bundle.graph("unet", Device.cuda(0))).exists();
    assertThat(bundle.digest())
        .isEqualTo(ModelBundle.open(Goldens.bundle("tiny-sd15-inpaint")).digest());
  }

  @Test
  void preparedForTheCpuItIsRefusedOnCuda() throws IOException {
    ModelBundle prepared = ModelBundle.open(prepare(SMALLEST, CPU));
    assertThatThrownBy(() -> prepared.graph(ModelBundle.ROOT, Device.cuda(0)))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining(
            "is prepared for CPU, and run on CUDA: prepare the model for that device");
  }

  @Test
  void weightsLieBesideTheGraphAndTheUnetTakesATimestepPerImage() throws IOException {
    Path prepared = prepare("tiny-sd15-inpaint", CPU);
    assertThat(Files.size(prepared.resolve("unet/model.onnx_data")))
        .isGreaterThan(Files.size(prepared.resolve("unet/model.onnx")));
    assertThat(ModelBundle.open(prepared).header("unet").inputs())
        .filteredOn(input -> input.name().equals("timestep"))
        .singleElement()
        .satisfies(timestep -> assertThat(timestep.axes()).containsExactly(-1L));
  }

  @Test
  void aPreparedModelThatIsChangedHasADigestOfItsOwn() throws IOException {
    Path prepared = prepare(SMALLEST, CPU);
    Files.writeString(prepared.resolve("erase.json"), "\n", StandardOpenOption.APPEND);
    assertThat(ModelBundle.open(prepared).digest())
        .isNotEqualTo(ModelBundle.open(Goldens.bundle(SMALLEST)).digest());
  }

  /** The autoencoder and the safety checker of a folder are opened, and count, by themselves. */
  @Test
  void componentsHaveTheDigestsOfTheirOriginals() throws IOException {
    Path original = Goldens.bundle("tiny-sd15-inpaint-legacy");
    Path prepared = prepare("tiny-sd15-inpaint-legacy", CPU);
    assertThat(ModelFolder.open(prepared, ModelBundle.VAE).digests())
        .isNotEmpty()
        .isEqualTo(ModelFolder.open(original, ModelBundle.VAE).digests());
  }

  @Test
  void aDamagedMarkIsNamed() throws IOException {
    Path prepared = prepare(SMALLEST, CPU);
    Files.writeString(prepared.resolve("prepared.json"), "{");
    assertThatThrownBy(() -> ModelBundle.open(prepared))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("prepared.json: damaged, prepare the model again");
  }

  @Test
  void aFolderThatExistsIsKeptAndAPreparedModelIsNotPreparedAgain() throws IOException {
    Path prepared = prepare(SMALLEST, CPU);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> prepare(SMALLEST, CPU))
        .withMessageContaining("exists: name a folder that does not");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PreparedBundle.write(prepared, temp.resolve("b"), CPU))
        .withMessageContaining("is prepared already: prepare the folder that it was made from");
    try (Stream<Path> folders = Files.list(temp)) {
      assertThat(folders).containsExactly(prepared);
    }
  }

  private Path prepare(String name, Optional<GraphOptimizer> optimizer) throws IOException {
    boolean isForThisCpu = optimizer.filter(GraphOptimizer::isForThisCpu).isPresent();
    Path target = temp.resolve(name + (isForThisCpu ? "-here" : ""));
    PreparedBundle.write(Goldens.bundle(name), target, optimizer);
    return target;
  }

  private static byte[] image(Path folder) {
    try (Inpainter model = Families.open(ModelBundle.open(folder), Device.cpu(1))) {
      return Samples.inpaint(model, Samples.input("a cat", 1)).image().pixels();
    }
  }
}
