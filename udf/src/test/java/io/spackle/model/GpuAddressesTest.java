package io.spackle.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.graph.Device;
import io.spackle.model.ModelSettings.DeviceChoice;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GpuAddressesTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2 | 0,1,2,3 | 2",
        "3 | 2,3 | 1",
        "3 | 3 | 0",
        "1 | 3, 1 | 1",
        "GPU-bb | GPU-aa,GPU-bb | 1",
        "GPU-bb12-34 | GPU-aa,GPU-bb12 | 1",
        "MIG-1 | MIG-0,MIG-1 | 1",
      })
  void ordinalIsThePositionInTheVisibleDevices(String address, String visible, int ordinal) {
    assertThat(GpuAddresses.ordinal(address, Optional.of(visible))).isEqualTo(ordinal);
  }

  @Test
  void ordinalIsTheIndexIfAllDevicesAreVisible() {
    assertThat(GpuAddresses.ordinal("5", Optional.empty())).isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"0 | 2,3", "3 | 2,-1,3", "0 | ''", "0 | GPU-aa", "GPU-aa | 0,1", "1 | 10"})
  void invisibleDeviceIsRefused(String address, String visible) {
    assertThatThrownBy(() -> GpuAddresses.ordinal(address, Optional.of(visible)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + address + "'")
        .hasMessageContaining("'" + visible + "'");
  }

  @Test
  void uuidWithoutVisibleDevicesIsRefused() {
    assertThatThrownBy(() -> GpuAddresses.ordinal("GPU-aa", Optional.empty()))
        .hasMessageContaining("discovery script");
  }

  @Test
  void taskWithoutGpuRunsOnTheCpuUnlessCudaIsConfigured() {
    Optional<String> none = Optional.empty();
    assertThat(ExecutorModels.device(DeviceChoice.AUTO, none, none)).isEqualTo(Device.cpu(0));
    assertThat(ExecutorModels.device(DeviceChoice.CUDA, none, none)).isEqualTo(Device.cuda(0));
    Optional<String> first = Optional.of("1");
    assertThat(ExecutorModels.device(DeviceChoice.AUTO, first, none)).isEqualTo(Device.cuda(1));
    assertThat(ExecutorModels.device(DeviceChoice.CPU, first, none)).isEqualTo(Device.cpu(0));
  }
}
