package io.spackle.graph;

/** A native run that failed. */
public final class GraphException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What went wrong, as far as a caller acts on it. */
  public enum Kind {
    /** Device or host memory ran out: a smaller batch may pass. */
    OUT_OF_MEMORY,
    /** Anything else: the same inputs fail again. */
    FAILED
  }

  private final Kind kind;

  public GraphException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
