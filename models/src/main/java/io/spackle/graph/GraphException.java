package io.spackle.graph;

/** Thrown when a native run fails. */
public final class GraphException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** The kinds of failure that callers distinguish. */
  public enum Kind {
    /** Device or host memory was exhausted: a smaller batch may succeed. */
    OUT_OF_MEMORY,
    /** The graph computed NaN or infinite values. */
    NOT_FINITE,
    /** Any other failure: the same inputs fail again. */
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
