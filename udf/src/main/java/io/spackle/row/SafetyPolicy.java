package io.spackle.row;

/** How rows that ask for a safety checker are treated. */
public enum SafetyPolicy {
  /** Their images are checked. */
  CHECKED,
  /** The model has no checker: the rows fail. */
  ABSENT,
  /** The job waives the check: images are not checked, as the meta rows record. */
  WAIVED
}
