package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The memory of a job does not grow with its rows. {@code -Dheap.rows=10000} makes the run longer,
 * for manual inspection.
 */
class HeapTest {

  private static final int ROWS = Integer.getInteger("heap.rows", 1000);

  /** Allowance for what Spark records about tasks; one retained image per row would be 6 MiB. */
  private static final double MARGIN_MIB = 4;

  private static final int SAMPLES = 18;

  @TempDir Path folder;

  @Test
  void liveMemoryDoesNotGrowWithRows() throws IOException {
    CompletableFuture<List<Double>> sampling = CompletableFuture.supplyAsync(this::samples);
    TestJob job = TestJob.run(folder, manifest(), conf());
    List<Double> samples = sampling.join();
    assertThat(job.line().get("images").asInt()).isEqualTo(ROWS);
    String figures =
        "%d rows, %s per second, live MiB at each 19th of the rows: %s"
            .formatted(ROWS, job.line().get("images_per_second"), samples);
    System.out.println(figures);
    double first = median(samples.subList(0, SAMPLES / 2));
    double last = median(samples.subList(SAMPLES / 2, SAMPLES));
    assertThat(last).as(figures).isLessThan(first + MARGIN_MIB);
  }

  /** Live memory after a garbage collection when 1/19, 2/19 and so on of the rows are done. */
  private List<Double> samples() {
    List<Double> samples = new ArrayList<>();
    while (samples.size() < SAMPLES && Files.exists(folder)) {
      if (images() * (SAMPLES + 1) >= (long) ROWS * (samples.size() + 1)) {
        samples.add(liveMebibytes());
      } else {
        pause();
      }
    }
    return samples;
  }

  private long images() {
    Path images = folder.resolve("out/images");
    if (!Files.isDirectory(images)) {
      return 0;
    }
    try (Stream<Path> files = Files.find(images, 2, (file, facts) -> facts.isRegularFile())) {
      return files.count();
    } catch (IOException | UncheckedIOException e) {
      return 0; // a temporary file was deleted meanwhile; the next call counts
    }
  }

  private static double liveMebibytes() {
    System.gc();
    long heap = // as of the end of the collection
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .map(MemoryPoolMXBean::getCollectionUsage)
            .filter(Objects::nonNull)
            .mapToLong(MemoryUsage::getUsed)
            .sum();
    long direct =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    return Math.round((heap + direct) / 104857.6) / 10.0;
  }

  private static void pause() {
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The median, because rows in flight hold some MiB each and end from time to time. */
  private static double median(List<Double> samples) {
    List<Double> sorted = samples.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }

  /** Rows that differ in every field that a cache might be keyed by. */
  private String manifest() throws IOException {
    Path photo = ImageFiles.write(folder.resolve("photo.png"), 64, 64, (x, y) -> 2 * x + y);
    Path mask = ImageFiles.write(folder.resolve("mask.png"), 64, 64, (x, y) -> x > y ? 255 : 0);
    StringBuilder rows = new StringBuilder();
    IntStream.range(0, ROWS)
        .mapToObj(
            i ->
                """
                {"id": "row %d", "init_image": "%s", "mask_image": "%s", "prompt": "wall %d"}
                """
                    .formatted(i, photo, mask, i))
        .forEach(rows::append);
    return rows.toString();
  }

  private String conf() {
    return """
        spackle {
          model.path = "%s"
          defaults { width = 64, height = 64, num-inference-steps = 2 }
          fetch.allow-files = ["%s"]
        }
        """
        .formatted(TestJob.bundle("idle-sd15-inpaint"), folder);
  }
}
