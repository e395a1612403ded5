package io.spackle.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.graph.Cancellation;
import io.spackle.graph.Device;
import io.spackle.segment.Segmenter.Step;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The memory of a segmenter that sees images of ever other sizes. */
class SegmenterMemoryTest {

  private static final int WARM_UP = 100;
  private static final int IMAGES = 500;
  private static final int MOST_SIDE = 24 * 32;

  /** In KiB. With a memory plan for each size, which the runtime keeps by default, it is more. */
  private static final long MOST_GROWTH = 8_000;

  @Test
  void memoryStopsGrowingAfterTheFirstHundredSizes() throws IOException, InterruptedException {
    ProcessBuilder jvm =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xms64m",
            "-Xmx64m",
            "-XX:+AlwaysPreTouch", // so that only native memory grows
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dgolden.dir=" + Path.of(System.getProperty("golden.dir")).toAbsolutePath(),
            SegmenterMemoryTest.class.getName());
    // Not with -cp: a command line longer than 4 KiB crashes ONNX Runtime.
    jvm.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    jvm.environment().put("ORT_DISABLE_TELEMETRY", "1");
    Process process = jvm.redirectErrorStream(true).start();
    String printed =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor()).as(printed).isZero();
    assertThat(Long.parseLong(printed)).isLessThan(MOST_GROWTH);
  }

  /** Prints by how much the process grows after the first images, in KiB. */
  public static void main(String[] args) throws IOException {
    Random random = new Random(1);
    try (Segmenter segmenter =
        SegmenterModel.open(Segments.folder("text"), SegmenterOptions.NONE).load(Device.cpu(1))) {
      run(segmenter, MOST_SIDE, MOST_SIDE);
      long before = 0;
      for (int i = 0; i < IMAGES; i++) {
        before = i == WARM_UP ? resident() : before;
        run(segmenter, side(random), side(random));
      }
      System.out.println(resident() - before);
    }
  }

  private static int side(Random random) {
    return 32 * (1 + random.nextInt(MOST_SIDE / 32));
  }

  private static void run(Segmenter segmenter, int width, int height) {
    FloatTensor image = FloatTensor.zeros(Shape.of(1, 3, height, width));
    segmenter.run(Step.FIND, List.of(image), new Cancellation());
  }

  private static long resident() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
