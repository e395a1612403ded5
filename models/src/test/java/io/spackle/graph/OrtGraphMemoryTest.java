package io.spackle.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.tensor.Tensor;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/** The memory of the process, which tests that run at the same time would change. */
@Isolated
@Timeout(120)
class OrtGraphMemoryTest {

  @Test
  void runsLeakNoMemory() {
    try (Graph graph = Fixtures.open("tiny-sd15-inpaint", "text_encoder", 1)) {
      Map<String, Tensor> inputs = Map.of("input_ids", Fixtures.ids());
      runTimes(graph, inputs, 300);
      long residentBefore = residentKilobytes();
      // A leak shows in every round, a buffer of another thread of this JVM in at most one.
      assertThat(
              IntStream.range(0, 3)
                  .mapToLong(round -> directGrowth(graph, inputs, 1000))
                  .min()
                  .orElseThrow())
          .isLessThanOrEqualTo(0);
      // If one tensor per run leaked, 1,000 runs would leak at least 10 MB.
      assertThat(residentKilobytes() - residentBefore).isLessThan(64_000);
    }
  }

  private static void runTimes(Graph graph, Map<String, Tensor> inputs, int times) {
    for (int i = 0; i < times; i++) {
      graph.run(inputs, new Cancellation());
    }
  }

  private static long directGrowth(Graph graph, Map<String, Tensor> inputs, int times) {
    long before = directMemory();
    runTimes(graph, inputs, times);
    return directMemory() - before;
  }

  private static long directMemory() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }

  /** 0 if the system does not report it. */
  private static long residentKilobytes() {
    Path statm = Path.of("/proc/self/statm");
    try {
      return Files.exists(statm) ? 4 * Long.parseLong(Files.readString(statm).split(" ")[1]) : 0;
    } catch (IOException e) {
      return 0;
    }
  }
}
