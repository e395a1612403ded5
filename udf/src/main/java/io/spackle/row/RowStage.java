package io.spackle.row;

/** The stages of a row, in their order: where a failure happened and where the time went. */
public enum RowStage {
  READ,
  FETCH,
  DECODE,
  FRAME,
  QUEUE,
  PAINT,
  ENCODE,
  WRITE
}
