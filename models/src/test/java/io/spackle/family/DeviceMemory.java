package io.spackle.family;

import io.spackle.graph.Device;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The memory that this process uses on a device. */
final class DeviceMemory {

  private DeviceMemory() {}

  /** What nvidia-smi says of the GPU, or Linux of the process. */
  static String used(Device device) throws IOException {
    if (device.kind() == Device.Kind.CPU) {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .map(line -> (Long.parseLong(line.replaceAll("\\D", "")) >> 10) + " MiB")
          .findFirst()
          .orElseThrow();
    }
    Process query =
        new ProcessBuilder(
                "nvidia-smi",
                "--query-gpu=memory.used",
                "--format=csv,noheader",
                "--id=" + device.ordinal())
            .start();
    return new String(query.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }
}
