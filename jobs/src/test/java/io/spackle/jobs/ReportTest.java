package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.jobs.run.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report of a run with successful and failed rows and strings that contain HTML. */
class ReportTest {

  static final String HOSTILE = "</script><script>document.title='injected'</script><b>bold</b>";

  @TempDir static Path folder;

  @BeforeAll
  static void run() throws IOException {
    write(folder);
  }

  /** Runs a small job in a folder; the report is in {@code out/report}. */
  static void write(Path folder) throws IOException {
    TestJob.run(
        folder,
        """
        {"id": "stain", "init_image": "no-stain.jpg", "mask_image": "no-stain-mask.png", "prompt": "a <wall>"}
        {"id": "a/b %%", "init_image": "no-logo.jpg", "mask_image": "no-logo-mask.png", "prompt": "%s"}
        {"id": "lost", "init_image": "lost.png", "mask_image": "no-stain-mask.png", "prompt": "x"}
        {"id": "none", "init_image": "no-stain.jpg", "mask_image": "no-stain-mask.png"}
        """
            .formatted(HOSTILE),
        """
        spackle {
          model.path = "%s"
          manifest.base = "%s"
          fetch.allow-files = ["%2$s"]
          report.enabled = true
          defaults { width = 256, height = 256, num-inference-steps = 1 }
        }
        """
            .formatted(TestJob.bundle("idle-sd15-inpaint"), DemoTest.PHOTOS));
  }

  @Test
  void isOneSelfContainedPage() throws IOException {
    String page = Files.readString(folder.resolve("out/report/index.html"));
    assertThat(page)
        .contains("<td>FETCH_NOT_FOUND</td><td>1</td><td>25.0 %</td>", "<td>ROW_INVALID</td>")
        .contains("\"preview\":\"data:image/jpeg;base64,", "\"href\":\"../images/")
        .doesNotContain("<script>document", "<b>bold", "src=\"http", "<link");
  }

  @Test
  void canBeRebuiltWithFewerImages() throws IOException {
    Path out = folder.resolve("out");
    CommandResult command = CommandResult.run("report", out, "--max-pictures", 1);
    assertThat(command.code()).as(command.messages()).isZero();
    assertThat(command.out()).contains("report/index.html");
    String page = Files.readString(out.resolve("report/index.html"));
    assertThat(page.split("data:image/jpeg", -1)).hasSize(2);
    assertThat(ImageIO.read(out.resolve("report/contact-sheet.png").toFile()).getWidth())
        .as("before and after of one image")
        .isEqualTo(2 * 192 + 2 * 8);
  }

  @Test
  void refusesAFolderWithoutMetaRows() {
    CommandResult command = CommandResult.run("report", folder.resolve("nowhere"));
    assertThat(command.code()).isEqualTo(ExitCode.REFUSED.code());
    assertThat(command.messages()).contains("nowhere", "expected the output folder of a run");
  }

  @Test
  void failedRowsHaveNoPreviews() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("out/report/previews"))) {
      assertThat(files.map(file -> file.getFileName().toString()).filter(n -> n.endsWith(".jpg")))
          .containsExactlyInAnyOrder("stain.jpg", "a%2Fb%20%25.jpg");
    }
  }
}
