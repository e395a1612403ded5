package io.spackle.family;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.graph.Device;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** {@code ./bench gpu} on the CPU with a tiny UNet, so that it runs when a GPU is there. */
class GpuBenchIT {

  @Test
  void measuresADevice() throws Exception {
    assertThat(report(Duration.ofMinutes(5)))
        .containsPattern("tiny: made in \\S+ s, prepared in \\S+ s, UNet \\d+ MiB")
        .contains("kernels: CPUExecutionProvider 100", "parity with the CPU: 0")
        .containsPattern("(?m)^ {7}1 +\\d+\\.\\d{3} +\\d+\\.\\d% +\\d+ MiB$")
        .containsPattern("(?m)^ {6}16 +\\d+\\.\\d{3} +\\d+\\.\\d% +\\d+ MiB$")
        .containsPattern("alternating shapes, round 5: \\d+ MiB");
  }

  @Test
  void leavesOutWhatDoesNotFitInTheTime() throws Exception {
    assertThat(report(Duration.ZERO)).isEqualToIgnoringNewLines("tiny: left out, the time is over");
  }

  private static String report(Duration time) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    GpuBench.run(Device.cpu(1), true, time, new PrintStream(bytes, true, UTF_8));
    return bytes.toString(UTF_8);
  }
}
