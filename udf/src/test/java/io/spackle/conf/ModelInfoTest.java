package io.spackle.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.spackle.bundle.BundleOptions;
import io.spackle.conf.TaskConf.ModelConf;
import io.spackle.conf.TaskConf.SafetyConf;
import io.spackle.model.ModelSettings.DeviceChoice;
import io.spackle.model.ModelSettings.InFolder;
import io.spackle.safety.SafetyOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelInfoTest {

  private static final Path BUNDLES =
      Path.of(System.getProperty("bundles.dir")).toAbsolutePath().normalize();

  @TempDir Path empty;
  @TempDir Path cache;

  @Test
  void remoteModelIsReadLikeALocalOne() throws IOException {
    Configuration hadoop = new Configuration();
    hadoop.set("fs.viewfs.mounttable.default.link./models", BUNDLES.toUri().toString());
    ModelInfo local = read(BUNDLES.resolve("tiny-sd15-inpaint").toString(), hadoop);
    ModelInfo remote = read("viewfs:///models/tiny-sd15-inpaint", hadoop);
    assertThat(remote.origin().path()).isEqualTo("viewfs:/models/tiny-sd15-inpaint");
    assertThat(remote.digest()).isEqualTo(local.digest());
    assertThat(remote.traits()).isEqualTo(local.traits());
    assertThat(local.traits().family()).isEqualTo("sd15");
  }

  @Test
  void allProblemsOfAFolderAreReported() {
    List<String> problems =
        catchThrowableOfType(
                RefusedException.class, () -> read(empty.toString(), new Configuration()))
            .problems();
    assertThat(problems).isNotEmpty().allMatch(problem -> problem.contains(empty.toString()));
  }

  @Test
  void autoencoderAndSafetyCheckerMayBeInOtherFolders() throws IOException {
    Configuration hadoop = new Configuration();
    hadoop.set("fs.viewfs.mounttable.default.link./models", BUNDLES.toUri().toString());
    ModelInfo info =
        ModelInfo.read(
            conf(
                BUNDLES.resolve("tiny-sd15-inpaint").toString(),
                "viewfs:///models/tiny-sdxl-inpaint"),
            new SafetyConf(
                "viewfs:///models/colour-classifier", new SafetyOptions(List.of("red"), 0.5)),
            hadoop);
    InFolder origin = (InFolder) info.origin();
    assertThat(origin.vae().path()).isEqualTo("viewfs:/models/tiny-sdxl-inpaint");
    assertThat(info.vaeName()).isEqualTo("tiny-sdxl-inpaint");
    assertThat(info.digest()).isNotEqualTo(origin.model().digest());
    assertThat(info.safety().folder().path()).isEqualTo("viewfs:/models/colour-classifier");
    assertThat(info.safety().name()).isEqualTo("colour-classifier");
  }

  private ModelInfo read(String path, Configuration hadoop) throws IOException {
    return ModelInfo.read(
        conf(path, null),
        new SafetyConf(SafetyConf.AUTO, new SafetyOptions(List.of(), 0.5)),
        hadoop);
  }

  private ModelConf conf(String path, String vae) {
    return new ModelConf(
        path,
        vae,
        cache.toString(),
        DeviceChoice.AUTO,
        "auto",
        new TaskConf.Labels(null, null),
        BundleOptions.NONE);
  }
}
