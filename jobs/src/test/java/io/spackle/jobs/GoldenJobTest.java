package io.spackle.jobs;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.jobs.GoldenRun.Settings;
import io.spackle.jobs.ImageFiles.Difference;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The recorded runs of the reference pipelines, as rows of jobs with the parity profile: one job
 * for all runs with the same settings.
 */
class GoldenJobTest {

  private static final int MIN_RUNS = 30;

  /** The reference generated two images from one generator; here each image has its own. */
  private static final Set<String> SHARED_GENERATOR =
      Set.of("sd15-one-generator-two-images", "flux-two-per-prompt");

  private static final Map<Settings, TestJob> JOBS = new HashMap<>();

  @TempDir static Path folder;

  static List<GoldenRun> runs() {
    return GoldenRun.all().stream().filter(run -> !SHARED_GENERATOR.contains(run.name())).toList();
  }

  @Test
  void goldenRunsExist() {
    assertThat(runs()).hasSizeGreaterThanOrEqualTo(MIN_RUNS);
  }

  @ParameterizedTest
  @MethodSource("runs")
  void matchesTheRecordedImage(GoldenRun run) throws IOException {
    TestJob job = job(run.settings());
    // With one photo the reference samples the masked posterior once, from the first generator.
    int comparable = run.isPhotoForPhoto() ? run.rows().size() : 1;
    for (int i = 0; i < comparable; i++) {
      Difference.between(job.image(run.id(i), 0), run.image(i)).isAtMost(2, mean(run));
    }
  }

  /** The second of two samples equals the image of a row with the next seed. */
  @Test
  void samplesUseConsecutiveSeeds() throws IOException {
    GoldenRun both = run("sd15-two-per-prompt");
    GoldenRun second = run("sd15-two-per-prompt-single-b");
    Path sample = job(both.settings()).image(both.id(0), 1);
    Difference.between(sample, second.image(0)).isAtMost(2, mean(both));
  }

  /**
   * Legacy graphs truncate fractional timesteps to integers, which PyTorch and ONNX Runtime round
   * differently.
   */
  private static double mean(GoldenRun run) {
    return run.name().equals("legacy-scheduler-euler-a") ? 0.1 : 0.01;
  }

  private static GoldenRun run(String name) {
    return runs().stream().filter(run -> run.name().equals(name)).findFirst().orElseThrow();
  }

  private static TestJob job(Settings settings) throws IOException {
    TestJob done = JOBS.get(settings);
    if (done == null) {
      done = TestJob.run(folder.resolve("job" + JOBS.size()), manifest(settings), conf(settings));
      JOBS.put(settings, done);
    }
    return done;
  }

  private static String manifest(Settings settings) {
    return runs().stream()
        .filter(run -> run.settings().equals(settings))
        .flatMap(run -> run.rows().stream())
        .map(row -> row + "\n")
        .collect(joining());
  }

  private static String conf(Settings settings) {
    Path profile = Path.of("..", "conf", "profiles", "diffusers-parity.conf").toAbsolutePath();
    return """
        include required(file("%s"))
        spackle {
          model { path = "%s", scheduler-config = %s, max-sequence-length = %s }
          image.crop-padding = %s
          prompt.syntax = %s
          reference = %s
          fetch.allow-files = ["%s", "%s"]
        }
        """
        .formatted(
            profile,
            TestJob.bundle(settings.bundle()),
            settings.scheduler(),
            settings.textLength(),
            settings.cropPadding() == null ? "none" : settings.cropPadding(),
            settings.syntax(),
            settings.reference(),
            TestJob.photos(),
            GoldenRun.cases());
  }
}
