package io.spackle.row;

/** What {@link RowReader} made of a Spark row. */
public sealed interface ReadResult {

  /** A row that can be run. */
  record Valid(ManifestRow row) implements ReadResult {

    @Override
    public Outcome then(Work work) throws InterruptedException {
      return work.of(row);
    }
  }

  /** A row that cannot; its outcome names all of its problems. */
  record Invalid(Outcome.Failed outcome) implements ReadResult {

    @Override
    public Outcome then(Work work) {
      return outcome;
    }
  }

  /** What is done with a row that can be run. */
  @FunctionalInterface
  interface Work {
    /** Returns what became of the row. */
    Outcome of(ManifestRow row) throws InterruptedException;
  }

  /**
   * What becomes of the row: that of the work, or at once the outcome of one that cannot be run.
   */
  Outcome then(Work work) throws InterruptedException;
}
