package io.spackle.quarantine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spackle.sink.RawFileSystem;
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
 * Notes beside a job's results of what is at work, for whoever comes after a death.
 *
 * <p>Whatever ends in order takes its marks away, be it by a result, a fault, a kill of the task or
 * a signal to the process. So marks that a task finds when it starts are of processes that died:
 *
 * <ul>
 *   <li>{@code task-COLUMN-NUMBER-OF}: some row of this {@link TaskPartition} may have killed its
 *       process. Its rows are painted one by one from now on.
 *   <li>{@code row-KEY.ATTEMPT}: this row was all that was in the model when its process died. It
 *       is not painted again.
 * </ul>
 *
 * <p>A task that meets no death costs one listing, one empty file and its deletion. Marks are kept
 * until a run has done all rows, so that a row is not tried anew by the next run. That they cannot
 * be written is logged and no more: the job can do without.
 */
public final class Markers implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Markers.class);

  private static final Pattern TASK = Pattern.compile("task-(.+)-(\\d+)-(\\d+)");
  private static final Pattern ROW = Pattern.compile("row-(.+)\\.\\d+");
  private static final int LONGEST_NOTE = 500;

  private final FileSystem files;
  private final Path folder;
  private final BooleanSupplier isLost;
  private final Set<Path> held = ConcurrentHashMap.newKeySet();

  /**
   * @param isLost whether this process counts as dead, though it still runs: no mark is taken away
   *     then
   */
  public Markers(String folder, Configuration hadoop, BooleanSupplier isLost) {
    this.folder = new Path(folder);
    this.isLost = isLost;
    try {
      this.files = RawFileSystem.of(this.folder, hadoop);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open " + folder, e);
    }
  }

  /**
   * What processes that died have left.
   *
   * @param parts tasks
   * @param rows keys of rows that were alone, each with the last of its marks and their number
   */
  record Left(Set<TaskPartition> parts, Map<String, Deaths> rows) {

    /** Whether a row may have killed a process. */
    boolean suspects(Row row) {
      return parts.stream().anyMatch(part -> part.holds(row));
    }
  }

  /**
   * Deaths with the same row alone in the model.
   *
   * @param mark the last one's
   */
  record Deaths(int count, Path mark) {

    Deaths plus(Deaths more) {
      return new Deaths(count + more.count, more.mark);
    }
  }

  /** The marks that are there, of whatever run. */
  Left left() {
    Set<TaskPartition> parts = new HashSet<>();
    Map<String, Deaths> rows = new TreeMap<>();
    for (FileStatus file : list()) {
      String name = file.getPath().getName();
      Matcher task = TASK.matcher(name);
      Matcher row = ROW.matcher(name);
      if (task.matches()) {
        parts.add(part(task));
      } else if (row.matches()) {
        rows.merge(row.group(1), new Deaths(1, file.getPath()), Deaths::plus);
      }
    }
    return new Left(parts, rows);
  }

  private static TaskPartition part(Matcher task) {
    return new TaskPartition(
        task.group(1), Integer.parseInt(task.group(2)), Integer.parseInt(task.group(3)));
  }

  /** Notes that rows of a task are at work. */
  Marker task(TaskPartition part) {
    return write("task-%s-%d-%d".formatted(part.by(), part.number(), part.of()), "");
  }

  /**
   * Notes that a row is alone in the model.
   *
   * @param attempt tells attempts at the same time apart
   * @param note who paints it
   */
  Marker row(String key, long attempt, String note) {
    return write("row-%s.%d".formatted(key, attempt), note);
  }

  /** The note of a row's mark. */
  String note(Deaths deaths) {
    try (InputStream in = files.open(deaths.mark())) {
      return new String(in.readNBytes(LONGEST_NOTE), UTF_8);
    } catch (IOException e) {
      return "a process whose mark cannot be read (" + e + ")";
    }
  }

  /** Takes all marks of this process away. */
  @Override
  public void close() {
    held.forEach(this::remove);
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
    held.add(file);
    try (OutputStream out = files.create(file, true)) {
      out.write(note.getBytes(UTF_8));
    } catch (IOException e) {
      LOG.warn("cannot write {}: should this process die now, nobody knows why: {}", file, e);
    }
    return () -> remove(file);
  }

  private void remove(Path file) {
    if (isLost.getAsBoolean() || !held.remove(file)) {
      return;
    }
    try {
      files.delete(file, false);
    } catch (IOException e) {
      LOG.warn("cannot delete {}: its rows pass for killers: {}", file, e);
    }
  }
}
