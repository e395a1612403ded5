package io.spackle.pipeline;

import io.spackle.row.ErrorCode;
import io.spackle.row.MetaRow;
import io.spackle.row.Outcome;
import io.spackle.row.ReadResult;
import io.spackle.row.RowReader;
import io.spackle.row.RowStage;
import io.spackle.row.RunInfo;
import java.io.Serializable;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads rows and tells how they ended, whatever they hold: no row is lost to a fault of ours. */
public final class RowRecorder implements Serializable {

  private static final long serialVersionUID = 1L;

  private static final Logger LOG = LoggerFactory.getLogger(RowRecorder.class);

  private final RowReader reader;
  private final MetaRow metaRow;

  /**
   * @param rows schema of the rows
   * @param info what all meta rows have in common
   */
  public RowRecorder(RowReader reader, RunInfo info, StructType rows) {
    this.reader = reader;
    this.metaRow = new MetaRow(rows, info);
  }

  /** How a row ended, and what its meta row says. */
  public record Settled(Outcome outcome, Row meta) {}

  /** The schema of meta rows. */
  public StructType schema() {
    return metaRow.schema();
  }

  public ReadResult read(Row row, String key) {
    try {
      return reader.read(row);
    } catch (RuntimeException e) {
      return new ReadResult.Invalid(unforeseen(key, e));
    }
  }

  public Settled told(Row row, String key, Outcome outcome, int attempt) {
    try {
      return new Settled(outcome, metaRow.of(outcome, row, key, attempt));
    } catch (RuntimeException e) {
      Outcome.Failed failed = unforeseen(key, e);
      return new Settled(failed, metaRow.ofUnreadable(failed, key, attempt));
    }
  }

  /** One row that we cannot cope with is no reason to lose the others of its task. */
  private static Outcome.Failed unforeseen(String key, RuntimeException fault) {
    LOG.error("row {} could not be read or told of, for no foreseen reason", key, fault);
    String message = "a fault of Spackle itself, see the executor's log: " + fault;
    return new Outcome.Failed(key, null, ErrorCode.INTERNAL, message, RowStage.READ, Map.of());
  }
}
