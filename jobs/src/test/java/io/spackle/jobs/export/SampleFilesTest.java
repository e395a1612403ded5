package io.spackle.jobs.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.codec.DecodeLimits;
import io.spackle.jobs.ImageFiles;
import io.spackle.row.Sha256;
import io.spackle.spark.HadoopConf;
import io.spackle.task.ImageInspector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of an output, which may have been moved since the run. */
class SampleFilesTest {

  @TempDir Path images;

  @Test
  void aMaskThatTheJobMadeIsAmongTheImagesByTheIdOfItsRow() throws IOException {
    Path folder = Files.createDirectories(images.resolve(Sha256.hex("r 1").substring(0, 2)));
    Path mask = ImageFiles.write(folder.resolve("r%201-mask.png"), 4, 4, (x, y) -> 255);
    assertThat(files().madeMask("r 1")).isEqualTo(Files.readAllBytes(mask));
    assertThat(files().madeMask("r 2")).isNull();
  }

  @Test
  void onlyAnImageThatShowsSomethingIsAResult() throws Exception {
    Path folder = Files.createDirectories(images.resolve("ab"));
    Path good = ImageFiles.write(folder.resolve("good-0.png"), 4, 4, (x, y) -> x == 3 ? 9 : 0);
    ImageFiles.write(folder.resolve("grey-0.png"), 4, 4, (x, y) -> 77);
    Files.write(folder.resolve("cut-0.png"), new byte[] {1, 2, 3});
    assertThat(files().result(at("/moved/images/out/images/ab/good-0.png")))
        .isEqualTo(Files.readAllBytes(good));
    assertLeftOut("/moved/images/out/images/ab/grey-0.png", "result has one colour");
    assertLeftOut("/moved/images/out/images/ab/cut-0.png", "result is damaged");
    assertLeftOut("/moved/images/out/images/ab/lost-0.png", "result is missing");
    assertLeftOut(
        "/x/part-123e4567-e89b-12d3-a456-426614174000.tar#r-0.png", "result is in a shard");
  }

  private void assertLeftOut(String location, String reason) {
    assertThatThrownBy(() -> files().result(at(location)))
        .isInstanceOf(SampleFiles.LeftOutException.class)
        .hasMessage(reason);
  }

  private static Sample.Image at(String location) {
    return new Sample.Image("r.png", location, null);
  }

  private SampleFiles files() {
    HadoopConf hadoop = new HadoopConf(Map.of());
    return new SampleFiles(
        new ImageInspector(null, DecodeLimits.defaults(), hadoop), images.toString());
  }
}
