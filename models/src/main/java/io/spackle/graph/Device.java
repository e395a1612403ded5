package io.spackle.graph;

/**
 * Where graphs run.
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
}
