package io.spackle.quarantine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spackle.sink.HadoopFiles;
import io.spackle.spark.TaskSignals;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Marker files of the tasks and rows that are being processed, beside a job's results. They show
 * the next attempt what was running when a process crashed.
 *
 * <p>Work that ends in an orderly way removes its markers: on success, on failure, when a task is
 * killed and when the process gets a signal. So markers of processes that are gone were left by
 * crashes. Those of live processes belong to other attempts and say nothing.
 *
 * <ul>
 *   <li>{@code task-TASK+FIRST.ATTEMPT@PROCESS}: some row of this part of a task may have crashed
 *       the process. The file lists the keys of its rows, which are run one at a time from now on,
 *       whatever task they are then in.
 *   <li>{@code row-KEY.ATTEMPT@PROCESS}: this row was alone in the model when the process crashed.
 *       It is not run again.
 * </ul>
 *
 * <p>A task without crashes costs one listing, and a small file and its deletion for each part.
 * Markers are kept until a run has finished all rows, so that the next run does not retry a
 * quarantined row. A failure to write a marker is only logged, since a job can run without.
 */
public final class Markers implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Markers.class);
  private static final Pattern TASK = Pattern.compile("task-([^+]+)\\+\\d+\\.\\d+@(.+)");
  private static final Pattern ROW = Pattern.compile("row-(.+)\\.\\d+@(.+)");
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
   * The markers that other processes have left or made.
   *
   * @param tasks the markers by the name of a task that was being processed when its process
   *     crashed
   * @param rows a marker by the key of the row that was alone in the model when its process crashed
   * @param live the tasks that other live processes are processing
   */
  record Remaining(Map<String, List<Path>> tasks, Map<String, Path> rows, Set<String> live) {}

  /** The markers that exist now, of any run. */
  Remaining remaining(TaskSignals current) {
    Remaining found = new Remaining(new TreeMap<>(), new TreeMap<>(), new HashSet<>());
    Map<String, Boolean> alive = new HashMap<>();
    for (FileStatus file : list()) {
      String name = file.getPath().getName();
      Matcher task = TASK.matcher(name);
      Matcher row = ROW.matcher(name);
      if (task.matches()) {
        String process = task.group(2);
        if (!alive.computeIfAbsent(process, current::isAlive)) {
          found
              .tasks()
              .computeIfAbsent(task.group(1), unused -> new ArrayList<>())
              .add(file.getPath());
        } else if (!process.equals(current.process())) {
          found.live().add(task.group(1));
        }
      } else if (row.matches() && !alive.computeIfAbsent(row.group(2), current::isAlive)) {
        found.rows().put(row.group(1), file.getPath());
      }
    }
    return found;
  }

  /** The keys of the rows that may have crashed processes. */
  Set<String> suspects(Remaining remaining) {
    Set<String> keys = new HashSet<>();
    remaining.tasks().values().stream()
        .flatMap(List::stream)
        .forEach(marker -> keys.addAll(keys(marker)));
    return keys;
  }

  private List<String> keys(Path marker) {
    try (InputStream in = files.open(marker)) {
      return new String(in.readAllBytes(), UTF_8).lines().toList();
    } catch (FileNotFoundException e) {
      return List.of(); // the run that left it has been cleaned up
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + marker, e);
    }
  }

  /**
   * Marks a part of a task's rows as being processed.
   *
   * @param first the number of its first row
   * @param end that of the row after its last
   */
  Marker markPart(TaskRows rows, int first, int end, TaskSignals task) {
    String name = "task-" + rows.task() + "+" + first + suffix(task);
    return write(name, String.join("\n", rows.keys().subList(first, end)));
  }

  /**
   * Marks a row as alone in the model.
   *
   * @param task in which it is
   * @param note names the process
   */
  Marker markRow(String key, TaskSignals task, String note) {
    return write("row-" + key + suffix(task), note);
  }

  /** Tells apart attempts that run at the same time. */
  private static String suffix(TaskSignals task) {
    return ".%d@%s".formatted(task.attemptId(), task.process());
  }

  /** The note of a row's marker. */
  String note(Path marker) {
    try (InputStream in = files.open(marker)) {
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
