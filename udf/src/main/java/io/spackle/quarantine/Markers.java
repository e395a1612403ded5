package io.spackle.quarantine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spackle.sink.HadoopFiles;
import io.spackle.spark.TaskPartition;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Marker files of the tasks and rows that are being processed, beside a job's results. They show
 * the next attempt what was running when a process crashed.
 *
 * <p>Work that ends in an orderly way removes its markers: on success, on failure, when a task is
 * killed and when the process gets a signal. So the markers that a task finds at its start were
 * left by processes that crashed:
 *
 * <ul>
 *   <li>{@code task-COLUMN-NUMBER-COUNT}: some row of this {@link TaskPartition} may have crashed
 *       its process. From now on the rows of the partition are run one at a time.
 *   <li>{@code row-KEY.ATTEMPT}: this row was alone in the model when its process crashed. It is
 *       not run again.
 * </ul>
 *
 * <p>A task without crashes costs one listing, one empty file and its deletion. Markers are kept
 * until a run has finished all rows, so that the next run does not retry a quarantined row. A
 * failure to write a marker is only logged, since a job can run without.
 */
public final class Markers implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Markers.class);
  private static final Pattern TASK = Pattern.compile("task-(.+)-(\\d+)-(\\d+)");
  private static final Pattern ROW = Pattern.compile("row-(.+)\\.\\d+");
  private static final int LONGEST_NOTE = 500;

  private final FileSystem files;
  private final Path folder;
  private final BooleanSupplier isGivenUp;
  private final Set<Path> ownMarkers = ConcurrentHashMap.newKeySet();

  /**
   * @param isGivenUp whether this process counts as crashed although it still runs: then no marker
   *     is removed
   */
  public Markers(String folder, Configuration hadoop, BooleanSupplier isGivenUp) {
    this.folder = new Path(folder);
    this.isGivenUp = isGivenUp;
    try {
      this.files = HadoopFiles.withoutChecksums(this.folder, hadoop);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open " + folder, e);
    }
  }

  /** A marker, which exists until it is closed. */
  @FunctionalInterface
  public interface Marker extends AutoCloseable {

    @Override
    void close();
  }

  /**
   * The markers that crashed processes left.
   *
   * @param tasks the partitions that were being processed
   * @param rows crashes by the key of the row that was alone in the model
   */
  record Remaining(Set<TaskPartition> tasks, Map<String, Crashes> rows) {

    /** Whether a row may have crashed a process. */
    boolean suspects(Row row) {
      return tasks.stream().anyMatch(task -> task.holds(row));
    }
  }

  /**
   * The crashes while one row was alone in the model.
   *
   * @param lastMarker left by one of them
   */
  record Crashes(int count, Path lastMarker) {
    Crashes plus(Crashes more) {
      return new Crashes(count + more.count, more.lastMarker);
    }
  }

  /** The markers that exist now, of any run. */
  Remaining remaining() {
    Set<TaskPartition> tasks = new HashSet<>();
    Map<String, Crashes> rows = new TreeMap<>();
    for (FileStatus file : list()) {
      String name = file.getPath().getName();
      Matcher task = TASK.matcher(name);
      Matcher row = ROW.matcher(name);
      if (task.matches()) {
        tasks.add(partition(task));
      } else if (row.matches()) {
        rows.merge(row.group(1), new Crashes(1, file.getPath()), Crashes::plus);
      }
    }
    return new Remaining(tasks, rows);
  }

  private static TaskPartition partition(Matcher task) {
    return new TaskPartition(
        task.group(1), Integer.parseInt(task.group(2)), Integer.parseInt(task.group(3)));
  }

  /** Marks the rows of a task as being processed. */
  Marker markTask(TaskPartition task) {
    return write("task-%s-%d-%d".formatted(task.column(), task.number(), task.count()), "");
  }

  /**
   * Marks a row as alone in the model.
   *
   * @param attempt distinguishes attempts that run at the same time
   * @param note names the process
   */
  Marker markRow(String key, long attempt, String note) {
    return write("row-%s.%d".formatted(key, attempt), note);
  }

  /** The note of a row's last marker. */
  String note(Crashes crashes) {
    try (InputStream in = files.open(crashes.lastMarker())) {
      return new String(in.readNBytes(LONGEST_NOTE), UTF_8);
    } catch (IOException e) {
      return "a process whose marker cannot be read (" + e + ")";
    }
  }

  /** Removes all markers of this process. */
  @Override
  public void close() {
    ownMarkers.forEach(this::remove);
  }

  private FileStatus[] list() {
    try {
      return files.listStatus(folder);
    } catch (FileNotFoundException e) {
      return new FileStatus[0];
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + folder, e);
    }
  }

  private Marker write(String name, String note) {
    Path file = new Path(folder, name);
    ownMarkers.add(file);
    try (OutputStream out = files.create(file, true)) {
      out.write(note.getBytes(UTF_8));
    } catch (IOException e) {
      LOG.warn("cannot write {}: a crash of this process will not be traced to its row", file, e);
    }
    return () -> remove(file);
  }

  private void remove(Path file) {
    if (isGivenUp.getAsBoolean() || !ownMarkers.remove(file)) {
      return;
    }
    try {
      files.delete(file, false);
    } catch (IOException e) {
      LOG.warn("cannot delete {}: its rows will be suspected of a crash", file, e);
    }
  }
}
