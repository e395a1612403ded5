package io.spackle.quarantine;

import io.spackle.quarantine.Markers.Marker;
import io.spackle.row.ErrorCode;
import io.spackle.row.ManifestRow;
import io.spackle.row.Outcome;
import io.spackle.row.RowColumns;
import io.spackle.row.RowStage;
import io.spackle.spark.MappedIterator;
import io.spackle.spark.TaskSignals;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.hadoop.net.NetUtils;
import org.apache.spark.sql.Row;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rows of a task that may crash their process, or did.
 *
 * <p>The first attempt of a task runs its rows in batches. Before rows start, a marker names them,
 * {@value #PART} at a time. If the process crashes, the next attempt, or the next run, runs these
 * rows one at a time, each with a {@link Marker} while it is in the model; those that had not
 * started share batches. If the process crashes again, the row that was alone is the cause and is
 * quarantined. So a row crashes at most two processes, and n rows of one part n + 1.
 */
public final class Quarantine implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);

  /** The time in which the driver notices that an executor is lost. */
  private static final Duration NOTICE = Duration.ofSeconds(2);

  private static final Duration POLL = Duration.ofMillis(100);

  /** Rows that are marked together. Each marker is a request to the store. */
  static final int PART = 128;

  private final Markers markers;
  private final Markers.Remaining remaining;
  private final Set<String> suspects;
  private final TaskSignals task;
  private final TaskRows rows;

  /** The numbers of the rows by their keys. */
  private final Map<String, Integer> numbers = new HashMap<>();

  private final List<Marker> partMarkers = new ArrayList<>();

  /** How many rows are marked. */
  private int marked;

  private Quarantine(
      Markers markers, Markers.Remaining remaining, TaskRows rows, TaskSignals task) {
    this.markers = markers;
    this.remaining = remaining;
    this.suspects = markers.suspects(remaining);
    this.task = task;
    this.rows = rows;
    for (int i = 0; i < rows.keys().size(); i++) {
      numbers.put(rows.keys().get(i), i);
    }
  }

  /**
   * Reads the markers of crashed processes, which stay, whatever the outcome of this attempt.
   *
   * @param rows of the task
   */
  public static Quarantine of(Markers markers, TaskSignals task, TaskRows rows) {
    return of(markers, task, rows, NOTICE);
  }

  /**
   * @param notice how long the driver may take to notice that an executor is lost
   */
  static Quarantine of(Markers markers, TaskSignals task, TaskRows rows, Duration notice) {
    Markers.Remaining remaining = settled(markers, task, rows, notice);
    if (remaining.tasks().containsKey(rows.task())) {
      LOG.warn(
          "a process crashed with the task {}: the rows that it had started run one at a time",
          rows.task());
    }
    return new Quarantine(markers, remaining, rows, task);
  }

  /**
   * The markers, once it is clear whether other attempts of the task are alive: duplicates, or
   * attempts of a stage that was repeated.
   */
  private static Markers.Remaining settled(
      Markers markers, TaskSignals task, TaskRows rows, Duration notice) {
    long end = System.nanoTime() + notice.toNanos();
    Markers.Remaining remaining = markers.remaining(task);
    while (remaining.live().contains(rows.task()) && System.nanoTime() < end) {
      LockSupport.parkNanos(POLL.toNanos());
      remaining = markers.remaining(task);
    }
    return remaining;
  }

  /**
   * Marks rows before they start.
   *
   * @param pending rows of the task in their order, read by one thread
   */
  public Iterator<Row> marking(Iterator<Row> pending) {
    return new MappedIterator<>(
        pending,
        row -> {
          mark(row.<String>getAs(RowColumns.KEY));
          return row;
        });
  }

  /** Marks a row and those after it. */
  void mark(String key) {
    int number = numbers.getOrDefault(key, -1);
    if (number >= marked) {
      int end = Math.min(number + PART, rows.keys().size());
      partMarkers.add(markers.markPart(rows, number, end, task));
      marked = end;
    }
  }

  /** The outcome of a quarantined row; empty if the row may run. */
  public Optional<Outcome> outcome(ManifestRow row, String key) {
    return Optional.ofNullable(remaining.rows().get(key))
        .map(marker -> crashed(row, markers.note(marker)));
  }

  /** The marker of a row that must be alone in the model; empty if it may share a batch. */
  public Optional<Supplier<Marker>> marker(String key) {
    return suspects.contains(key)
        ? Optional.of(() -> markers.markRow(key, task, thisProcess()))
        : Optional.empty();
  }

  /** Removes the task's markers at its orderly end. */
  @Override
  public void close() {
    partMarkers.forEach(Marker::close);
  }

  private static Outcome crashed(ManifestRow row, String process) {
    String message =
        process
            + " crashed, or its call into the model did not return (spackle.lane.watchdog), while"
            + " only this row was in its model; another process had crashed before. See its log";
    return new Outcome.Failed(
        row.id(), row.trackId(), ErrorCode.MODEL_CRASHED, message, RowStage.PAINT, Map.of());
  }

  private static String thisProcess() {
    return "the process " + ProcessHandle.current().pid() + " on " + NetUtils.getHostname();
  }
}
