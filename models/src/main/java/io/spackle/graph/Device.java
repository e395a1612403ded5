package io.spackle.graph;

import ai.onnxruntime.OrtException;

/**
 * A device that graphs run on.
 *
 * @param kind CPU or CUDA
 * @param ordinal the CUDA device index among those visible to the process; 0 on the CPU
 * @param threads CPU threads of one native run, 0 for one per core
 */
public record Device(Kind kind, int ordinal, int threads) {

  /** The kinds of device. */
  public enum Kind {
    CPU,
    CUDA
  }

  public static Device cpu(int threads) {
    return new Device(Kind.CPU, 0, threads);
  }

  public static Device cuda(int ordinal) {
    return new Device(Kind.CUDA, ordinal, 0);
  }

  /**
   * The device with a name.
   *
   * @param name cpu, cuda, or auto for CUDA if this process can use it and the CPU otherwise
   * @param ordinal the CUDA device index among those visible to the process; ignored for the CPU
   * @param threads CPU threads of one native run, 0 for one per core
   * @throws IllegalArgumentException for another name, or a negative number
   * @throws IllegalStateException if the name is cuda and this process cannot use the device
   */
  public static Device resolve(String name, int ordinal, int threads) {
    if (ordinal < 0 || threads < 0) {
      throw new IllegalArgumentException(
          "device ordinal " + ordinal + ", threads " + threads + ": expected 0 or more");
    }
    Device cuda = new Device(Kind.CUDA, ordinal, threads);
    switch (name) {
      case "cpu":
        return cpu(threads);
      case "cuda":
        cuda.requireUsable();
        return cuda;
      case "auto":
        return cuda.isUsable() ? cuda : cpu(threads);
      default:
        throw new IllegalArgumentException("device " + name + ": expected auto, cpu or cuda");
    }
  }

  private boolean isUsable() {
    try {
      requireUsable();
      return true;
    } catch (IllegalStateException e) {
      return false;
    }
  }

  private void requireUsable() {
    try {
      OrtRuntime.options(this).close();
    } catch (OrtException e) {
      throw new IllegalStateException(this + " cannot be used: " + e.getMessage(), e);
    }
  }
}
