package io.spackle.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.golden.Goldens;
import org.junit.jupiter.api.Test;

class DevicesTest {

  @Test
  void resolvesTheCpu() {
    assertThat(Devices.resolve("cpu", 3, 2)).isEqualTo(Device.cpu(2));
  }

  /** No machine has a CUDA device of this number, with or without the libraries. */
  @Test
  void neverRunsOnTheCpuWhatIsMeantForCuda() {
    assertThatThrownBy(
            () ->
                OrtGraph.open(Goldens.bundle("tiny-sd15/unet/model.onnx"), Device.cuda(1_000_000)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll(
            "CUDA device 1000000 cannot be used", "CPU", "choose the device cpu");
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    assertThatThrownBy(() -> Devices.resolve("gpu", 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("device gpu: expected auto, cpu or cuda");
    assertThatThrownBy(() -> Devices.resolve("cpu", 0, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("threads -1");
  }
}
