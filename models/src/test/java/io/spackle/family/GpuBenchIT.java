package io.spackle.family;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.graph.Device;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code ./bench gpu} on the CPU with tiny networks, so that it runs when a GPU is there. */
class GpuBenchIT {

  @Test
  void measuresADevice() throws Exception {
    assertThat(List.of(report(Duration.ofMinutes(5)).split("(?m)^(?=tiny)")))
        .satisfiesExactly(
            unet -> assertThat(unet).startsWith("tiny UNet").satisfies(GpuBenchIT::isComplete),
            sdxl -> assertThat(sdxl).startsWith("tiny SDXL").satisfies(GpuBenchIT::isComplete),
            flux -> assertThat(flux).startsWith("tiny Flux").satisfies(GpuBenchIT::isComplete));
  }

  private static void isComplete(String report) {
    assertThat(report)
        .containsPattern(": made in \\S+ s, prepared in \\S+ s, weights \\d+ MiB")
        .contains("kernels: CPUExecutionProvider 100", "parity with the CPU: 0")
        .containsPattern("(?m)^ {7}1 +\\d+\\.\\d{3} +\\d+\\.\\d% +\\d+ MiB$")
        .containsPattern("(?m)^ {6}16 +\\d+\\.\\d{3} +\\d+\\.\\d% +\\d+ MiB$")
        .containsPattern("alternating shapes, round 5: \\d+ MiB");
  }

  @Test
  void leavesOutWhatDoesNotFitInTheTime() throws Exception {
    assertThat(report(Duration.ZERO))
        .isEqualToNormalizingNewlines(
            """
            tiny UNet: left out, the time is over
            tiny SDXL's UNet: left out, the time is over
            tiny Flux: left out, the time is over
            """);
  }

  private static String report(Duration time) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    GpuBench.run(Device.cpu(1), true, time, new PrintStream(bytes, true, UTF_8));
    return bytes.toString(UTF_8);
  }
}
