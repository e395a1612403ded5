package io.spackle.row;

import java.util.Locale;

/** The stages of a row, in order; failures and timings are attributed to one of them. */
public enum RowStage {
  READ,
  FETCH,
  DECODE,
  MASK,
  FRAME,
  QUEUE,
  PAINT,
  ENCODE,
  WRITE;

  /** The field of a meta row's {@code timings} that holds the stage's milliseconds. */
  public String column() {
    return label() + "_ms";
  }

  /** The name in lower case. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
