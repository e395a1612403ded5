package io.spackle.quarantine;

import io.spackle.row.ErrorCode;
import io.spackle.row.ManifestRow;
import io.spackle.row.Outcome;
import io.spackle.row.RowStage;
import io.spackle.spark.TaskPartition;
import io.spackle.spark.TaskSignals;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.hadoop.net.NetUtils;
import org.apache.spark.sql.Row;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a task thinks of its rows: whether one may kill the process, or did.
 *
 * <p>The first try of a task knows nothing and paints as fast as it can. If its process dies, the
 * next try, or the next run, paints its rows one by one, with a {@link Marker} on each while it is
 * in the model. If the process dies again, that row is to blame and is set aside. So a row kills
 * two processes at most, and n rows of one task n + 1.
 */
public final class Quarantine implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);

  private final Markers marks;
  private final Markers.Left left;
  private final int proof;
  private final long attempt;
  private final Marker own;

  private Quarantine(Markers marks, Markers.Left left, TaskPartition part, TaskSignals task) {
    this.marks = marks;
    this.left = left;
    // Another try of the task may be under way, its mark on a row that has killed nobody.
    this.proof = task.mayHaveTwin() ? 2 : 1;
    this.attempt = task.attemptId();
    // A mark of a dead process stays, whatever becomes of this one.
    this.own = left.parts().contains(part) ? Marker.NONE : marks.task(part);
  }

  /**
   * What was left by others; from now on this task has a mark of its own.
   *
   * @param dealtBy column by which tasks got their rows
   */
  public static Quarantine of(Markers marks, TaskSignals task, String dealtBy) {
    Markers.Left left = marks.left();
    TaskPartition part = task.part(dealtBy);
    if (left.parts().contains(part)) {
      LOG.warn("{}: a process died with rows of this task, now one by one", part);
    }
    return new Quarantine(marks, left, part, task);
  }

  /** The outcome of a row that is not to be painted any more. */
  public Optional<Outcome> setAside(ManifestRow row, String key) {
    return Optional.ofNullable(left.rows().get(key))
        .filter(deaths -> deaths.count() >= proof)
        .map(deaths -> crashed(row, marks.note(deaths)));
  }

  /** The mark of a row that must be alone in the model. */
  public Optional<Supplier<Marker>> mark(Row row, String key) {
    return left.suspects(row)
        ? Optional.of(() -> marks.row(key, attempt, thisProcess()))
        : Optional.empty();
  }

  /** The task ends in order. */
  @Override
  public void close() {
    own.close();
  }

  private static Outcome crashed(ManifestRow row, String process) {
    String message =
        process
            + " died, or did not get its call into the model back (spackle.lane.watchdog), while"
            + " nothing but this row was in its model; one had died before. Its log tells more";
    return new Outcome.Failed(
        row.id(), row.trackId(), ErrorCode.MODEL_CRASHED, message, RowStage.PAINT, Map.of());
  }

  private static String thisProcess() {
    return "the process " + ProcessHandle.current().pid() + " on " + NetUtils.getHostname();
  }
}
