package io.spackle.row;

/** What {@link RowReader} made of a Spark row. */
public sealed interface Reading {

  /** A row that can be run. */
  record Valid(ManifestRow row) implements Reading {}

  /** A row that cannot; its outcome names all of its problems. */
  record Invalid(Outcome.Failed outcome) implements Reading {}
}
