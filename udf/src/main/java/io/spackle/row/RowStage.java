package io.spackle.row;

import java.util.Locale;

/** The stages of a row, in their order: where a failure happened and where the time went. */
public enum RowStage {
  READ,
  FETCH,
  DECODE,
  FRAME,
  QUEUE,
  PAINT,
  ENCODE,
  WRITE;

  /** The column of {@code timings} in a meta row that holds the stage's milliseconds. */
  public String column() {
    return label() + "_ms";
  }

  /** The name in lower case. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
