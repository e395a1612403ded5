package io.spackle.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.golden.Goldens;
import org.junit.jupiter.api.Test;

class DeviceTest {

  @Test
  void cpuIsResolvedWithItsThreads() {
    assertThat(Device.resolve("cpu", 3, 2)).isEqualTo(Device.cpu(2));
  }

  /** No machine has a CUDA device with this ordinal, with or without the libraries. */
  @Test
  void cudaNeverFallsBackToTheCpu() {
    assertThatThrownBy(
            () ->
                OrtGraph.open(Goldens.bundle("tiny-sd15/unet/model.onnx"), Device.cuda(1_000_000)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll(
            "CUDA device 1000000 cannot be used", "CPU", "choose the device cpu");
  }

  @Test
  void unknownNamesAndNegativeNumbersAreRejected() {
    assertThatThrownBy(() -> Device.resolve("gpu", 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("device gpu: expected auto, cpu or cuda");
    assertThatThrownBy(() -> Device.resolve("cpu", 0, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("threads -1");
  }
}
