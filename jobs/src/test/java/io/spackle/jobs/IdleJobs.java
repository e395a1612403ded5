package io.spackle.jobs;

import io.spackle.jobs.conf.JobConf;
import io.spackle.jobs.driver.SparkSessions.QuerySettings;
import io.spackle.jobs.run.JobPlan;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;

/** Jobs of benches over rows of one tiny photo, with a model that does nothing. */
record IdleJobs(Path folder) {

  /** Jobs in a new folder. */
  static IdleJobs create() throws IOException {
    IdleJobs jobs = new IdleJobs(Files.createTempDirectory("spackle-bench"));
    ImageFiles.write(jobs.folder.resolve("photo.png"), 64, 64, (x, y) -> 2 * x + y);
    ImageFiles.write(jobs.folder.resolve("mask.png"), 64, 64, (x, y) -> x > y ? 255 : 0);
    return jobs;
  }

  /** Writes a manifest of rows with consecutive numbers. */
  Path manifest(String name, int first, int count) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (int i = first; i < first + count; i++) {
        out.write(
            """
            {"id": "row %d", "init_image": "photo.png", "mask_image": "mask.png", "prompt": "wall %d"}
            """
                .formatted(i, i));
      }
    }
    return file;
  }

  /** Runs a job and returns the seconds that it says it took. */
  double run(Path manifest, String output, String... options) throws IOException {
    Path conf = conf(manifest, output);
    Map<?, ?> closing =
        BenchJob.run(
            Stream.concat(Stream.of(conf.toString()), Stream.of(options)).toArray(String[]::new));
    return ((Number) closing.get("seconds")).doubleValue();
  }

  /** The plan of a job. */
  JobPlan plan(SparkSession spark, Path manifest, String output) throws IOException {
    JobConf conf = JobConf.load(Optional.of(conf(manifest, output)), Map.of());
    return JobPlan.of(spark, conf, new QuerySettings(spark));
  }

  private Path conf(Path manifest, String output) throws IOException {
    return Files.writeString(
        folder.resolve(output + ".conf"),
        """
        spackle {
          manifest { path = "%s", base = "%s" }
          output.path = %s
          model { path = "%s", device = cpu }
          fetch.allow-files = [.]
          defaults { width = 64, height = 64, num-inference-steps = 1 }
        }
        """
            .formatted(manifest, folder, output, TestJob.bundle("idle-sd15-inpaint")));
  }
}
