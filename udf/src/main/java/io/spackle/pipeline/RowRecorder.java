package io.spackle.pipeline;

import io.spackle.row.ErrorCode;
import io.spackle.row.MetaRow;
import io.spackle.row.MetaRow.RunInfo;
import io.spackle.row.Outcome;
import io.spackle.row.RowReader;
import io.spackle.row.RowStage;
import java.io.Serializable;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads rows and records their outcomes as meta rows. Unexpected exceptions become outcomes, so
 * that one row does not fail the others of its task. Thread-safe.
 */
public final class RowRecorder implements Serializable {

  private static final long serialVersionUID = 1L;

  private static final Logger LOG = LoggerFactory.getLogger(RowRecorder.class);

  private final RowReader reader;
  private final MetaRow metaRow;

  /**
   * @param rows schema of the rows
   * @param info the values that all meta rows share
   */
  public RowRecorder(RowReader reader, RunInfo info, StructType rows) {
    this.reader = reader;
    this.metaRow = new MetaRow(rows, info);
  }

  /** An outcome and its meta row. */
  public record Recorded(Outcome outcome, Row meta) {}

  /** The schema of meta rows. */
  public StructType schema() {
    return metaRow.schema();
  }

  /** Reads a row of a given key. */
  public RowReader.Result read(Row row, String key) {
    try {
      return reader.read(row);
    } catch (RuntimeException e) {
      return new RowReader.Invalid(unexpected(key, e));
    }
  }

  /** Makes the meta row of an outcome. */
  public Recorded record(Row row, String key, Outcome outcome, int attempt) {
    try {
      return new Recorded(outcome, metaRow.of(outcome, row, key, attempt));
    } catch (RuntimeException e) {
      Outcome.Failed failed = unexpected(key, e);
      return new Recorded(failed, metaRow.ofUnreadable(failed, row, key, attempt));
    }
  }

  private static Outcome.Failed unexpected(String key, RuntimeException fault) {
    LOG.error("row {} could not be read or recorded", key, fault);
    String message = "an internal error, see the executor's log: " + fault;
    return new Outcome.Failed(key, null, ErrorCode.INTERNAL, message, RowStage.READ, Map.of());
  }
}
