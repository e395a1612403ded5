package io.spackle.row;

/** What becomes of rows that ask for a safety checker. */
public enum SafetyPolicy {
  /** Their images are checked. */
  CHECKED,
  /** There is no checker: they fail. */
  ABSENT,
  /** The job waives the check: their images are painted unchecked, and their meta rows say so. */
  WAIVED
}
