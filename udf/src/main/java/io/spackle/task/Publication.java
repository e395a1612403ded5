package io.spackle.task;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Row;

/**
 * The publication of a task's meta rows, as one attempt of the task sees it. Each row is published
 * once, however many attempts there are. Used by the task's thread only.
 */
public interface Publication {

  /** Whether rows can be published before all of them are finished. */
  boolean isIncremental() throws IOException;

  /** The rows of the task that no attempt has published so far; called once, before the others. */
  Iterator<Row> pending(Iterator<Row> rows) throws IOException;

  /**
   * Publishes meta rows. Some may be held back until more rows are finished, but none once all
   * pending rows have been read and are finished.
   *
   * @return the rows that are published now, by this attempt; others were published by another one
   * @throws IOException if it fails; what has been published stays
   */
  List<Row> publish(List<Row> finished) throws IOException;
}
