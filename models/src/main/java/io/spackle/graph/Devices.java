package io.spackle.graph;

import ai.onnxruntime.OrtException;

/** Chooses devices by the names that configuration uses. */
public final class Devices {

  private Devices() {}

  /**
   * The device of a name.
   *
   * @param name cpu, cuda, or auto for CUDA where this process can use it and the CPU elsewhere
   * @param ordinal the CUDA device index among those visible to the process; the CPU ignores it
   * @param threads CPU threads of one native run, 0 for one per core
   * @throws IllegalArgumentException for another name, or a negative number
   * @throws IllegalStateException if CUDA is asked for by name and this process cannot use it
   */
  public static Device resolve(String name, int ordinal, int threads) {
    if (ordinal < 0 || threads < 0) {
      throw new IllegalArgumentException(
          "device ordinal " + ordinal + ", threads " + threads + ": expected 0 or more");
    }
    Device cuda = new Device(Device.Kind.CUDA, ordinal, threads);
    switch (name) {
      case "cpu":
        return Device.cpu(threads);
      case "cuda":
        requireUsable(cuda);
        return cuda;
      case "auto":
        return isUsable(cuda) ? cuda : Device.cpu(threads);
      default:
        throw new IllegalArgumentException("device " + name + ": expected auto, cpu or cuda");
    }
  }

  private static boolean isUsable(Device device) {
    try {
      requireUsable(device);
      return true;
    } catch (IllegalStateException e) {
      return false;
    }
  }

  private static void requireUsable(Device device) {
    try {
      OrtRuntime.options(device).close();
    } catch (OrtException e) {
      throw new IllegalStateException(device + " cannot be used: " + e.getMessage(), e);
    }
  }
}
