package io.spackle.model;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Converts the GPU address that Spark assigns to a task to the CUDA ordinal of the device.
 *
 * <p>Addresses come from the discovery script and name devices of the machine, by index or by UUID
 * as printed by {@code nvidia-smi}. CUDA numbers only the devices that {@code CUDA_VISIBLE_DEVICES}
 * lists, in that order.
 */
final class GpuAddresses {

  private GpuAddresses() {}

  /**
   * The CUDA ordinal of a device.
   *
   * @param address an index such as {@code 2} or a UUID such as {@code GPU-6bf5f0d8-...}
   * @param visible the value of {@code CUDA_VISIBLE_DEVICES}, if it is set
   * @throws IllegalArgumentException if CUDA does not see the device, or its ordinal is unknown
   */
  static int ordinal(String address, Optional<String> visible) {
    if (visible.isPresent()) {
      return position(address, visible.get());
    }
    if (!isIndex(address)) {
      throw new IllegalArgumentException(
          "GPU address '"
              + address
              + "' is not an index and CUDA_VISIBLE_DEVICES is not set: have the"
              + " discovery script print indexes, or list the UUIDs in CUDA_VISIBLE_DEVICES");
    }
    return Integer.parseInt(address);
  }

  private static int position(String address, String visible) {
    List<String> listed = listed(visible);
    return IntStream.range(0, listed.size())
        .filter(i -> isSame(address, listed.get(i)))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "GPU address '"
                        + address
                        + "' is not among CUDA_VISIBLE_DEVICES='"
                        + visible
                        + "': have the discovery script print what is listed there"));
  }

  /** CUDA reads the list up to the first invalid entry. */
  private static List<String> listed(String visible) {
    Predicate<String> namesDevice = entry -> isIndex(entry) || entry.matches("(GPU|MIG)-.+");
    return Arrays.stream(visible.split(",")).map(String::trim).takeWhile(namesDevice).toList();
  }

  /** The list may abbreviate a UUID. */
  private static boolean isSame(String address, String entry) {
    return isIndex(entry) ? entry.equals(address) : address.startsWith(entry);
  }

  private static boolean isIndex(String address) {
    return address.matches("\\d{1,4}");
  }
}
