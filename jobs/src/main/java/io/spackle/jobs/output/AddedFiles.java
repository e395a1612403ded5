package io.spackle.jobs.output;

import io.spackle.jobs.lease.RunFiles;
import io.spackle.row.MetaRow;
import io.spackle.row.RowColumns;
import io.spackle.task.Publication;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;

/**
 * The files that the attempts of one task add, one after the other, as a log that they share: each
 * row is in exactly one of them, however many attempts run, one after another or at the same time.
 *
 * <p>The files are numbered. An attempt adds file n only after it has read the keys of files 0 to n
 * - 1, and only rows that are in none of these. It creates the file unless it exists, which one
 * attempt alone achieves. Any other reads the winner's file, drops its own rows of the same keys
 * and adds the rest as file n + 1. So a retry continues where the crashed attempt ended, and
 * duplicate attempts share the work from one file to the next.
 *
 * <p>If the file system cannot decide between concurrent attempts, a task adds one file with all of
 * its rows at its end: then it does not matter which attempt wins.
 */
public final class AddedFiles implements Publication {

  private final MetaFormat format;
  private final RunFiles files;
  private final Path folder;
  private final int task;

  /** The keys of the rows in the files so far. */
  private final Set<String> published = new HashSet<>();

  private int next;

  /**
   * @param folder that exists
   * @param task its number in the run
   */
  AddedFiles(MetaFormat format, RunFiles files, Path folder, int task) {
    this.format = format;
    this.files = files;
    this.folder = folder;
    this.task = task;
  }

  /** Adds a file without rows, so that Spark can read the folder, unless the run has added one. */
  public static void addEmpty(MetaFiles format, Path meta, RunFiles files) throws IOException {
    files.create(new Path(meta, MetaFiles.name(files.run(), 0, 0)), format.bytes(List.of()));
  }

  @Override
  public boolean isIncremental() throws IOException {
    return files.files().createsExclusively(folder);
  }

  @Override
  public Iterator<Row> pending(Iterator<Row> rows) throws IOException {
    readOthers();
    Iterable<Row> all = () -> rows;
    return StreamSupport.stream(all.spliterator(), false)
        .filter(row -> !published.contains(row.<String>getAs(RowColumns.KEY)))
        .iterator();
  }

  @Override
  public List<Row> publish(List<Row> finished) throws IOException {
    List<Row> rows = unpublished(finished);
    while (!rows.isEmpty() && !files.create(name(next), format.bytes(rows))) {
      readOthers();
      rows = unpublished(rows);
    }
    if (!rows.isEmpty()) {
      rows.forEach(row -> published.add(key(row)));
      next++;
    }
    return rows;
  }

  /** How many files the task has, as far as this attempt knows. */
  int count() {
    return next;
  }

  private List<Row> unpublished(List<Row> rows) {
    List<Row> left = new ArrayList<>(rows);
    left.removeIf(row -> published.contains(key(row)));
    return left;
  }

  /** Reads the files that other attempts have added. */
  private void readOthers() throws IOException {
    try {
      while (true) {
        published.addAll(format.keys(files.files(), name(next)));
        next++;
      }
    } catch (FileNotFoundException e) {
      // The end of the log.
    }
  }

  private Path name(int number) {
    return new Path(folder, MetaFiles.name(files.run(), task, number));
  }

  private static String key(Row meta) {
    return meta.getAs(MetaRow.ROW_KEY);
  }
}
