package io.spackle.jobs.output;

import io.spackle.jobs.lease.RunFiles;
import io.spackle.row.MetaRow;
import io.spackle.row.RowColumns;
import io.spackle.task.Publication;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * The files that a task replaces: each once all of its new rows are finished, by these and the rows
 * that stay, so that readers see a row in its old or its new form.
 *
 * <p>Attempts of the task agree on the content of a file: the first one to create it in the run's
 * hidden folder decides. Every attempt that finds it there puts this content in place, which is the
 * same however often it happens.
 */
public final class ReplacedFiles implements Publication {

  private static final String DECIDED = "replaced-";

  private final MetaFiles format;
  private final RunFiles files;
  private final Path meta;

  /** The rows that stay, by file. */
  private final Map<String, List<Row>> kept = new HashMap<>();

  /** The files whose rows are being processed. */
  private final Map<String, FileRows> open = new LinkedHashMap<>();

  private final Map<String, String> fileOfKey = new HashMap<>();
  private String current;

  /** The rows of one file. */
  private static final class FileRows {
    private final List<Row> finished = new ArrayList<>();
    private int read;
    private boolean isRead;
  }

  private ReplacedFiles(MetaFiles format, RunFiles files, Path meta) {
    this.format = format;
    this.files = files;
    this.meta = meta;
  }

  /**
   * The files of a task.
   *
   * @param format of all columns, those of new rows first
   * @param meta the output's folder of meta files
   * @param kept the rows that stay, with {@link MetaFiles#REPLACED} after the columns of the format
   */
  public static ReplacedFiles of(MetaFiles format, Path meta, String run, Iterator<Row> kept)
      throws IOException {
    RunFiles files = RunFiles.ofTask(meta, run, format.configuration());
    ReplacedFiles replaced = new ReplacedFiles(format, files, meta);
    kept.forEachRemaining(replaced::keep);
    return replaced;
  }

  @Override
  public boolean isIncremental() {
    return true;
  }

  /**
   * @param rows sorted by {@link MetaFiles#REPLACED}
   */
  @Override
  public Iterator<Row> pending(Iterator<Row> rows) {
    return new Iterator<>() {
      private Row next;

      @Override
      public boolean hasNext() {
        while (next == null && rows.hasNext()) {
          Row row = rows.next();
          next = isPending(row) ? row : null;
        }
        if (next == null) {
          endFile();
        }
        return next != null;
      }

      @Override
      public Row next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        Row row = next;
        next = null;
        return row;
      }
    };
  }

  private boolean isPending(Row row) {
    String file = row.getAs(MetaFiles.REPLACED);
    if (!file.equals(current)) {
      endFile();
      current = file;
      if (!isDecided(file)) {
        open.put(file, new FileRows());
      }
    }
    FileRows rows = open.get(file);
    if (rows != null) {
      rows.read++;
      fileOfKey.put(row.getAs(RowColumns.KEY), file);
    }
    return rows != null;
  }

  /** All rows of the current file have been read. */
  private void endFile() {
    FileRows rows = open.get(current);
    if (rows != null) {
      rows.isRead = true;
    }
  }

  /** Whether another attempt has decided on the content of a file, which is then put in place. */
  private boolean isDecided(String file) {
    try {
      boolean isDecided = files.files().system().exists(decision(file));
      if (isDecided) {
        put(file);
      }
      return isDecided;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot replace " + new Path(meta, file), e);
    }
  }

  @Override
  public List<Row> publish(List<Row> finished) throws IOException {
    for (Row row : finished) {
      String key = row.getAs(MetaRow.ROW_KEY);
      open.get(fileOfKey.remove(key)).finished.add(row);
    }
    List<Row> published = new ArrayList<>();
    for (String file : List.copyOf(open.keySet())) {
      FileRows rows = open.get(file);
      if (rows.isRead && rows.finished.size() == rows.read) {
        if (replace(file, rows)) {
          published.addAll(rows.finished);
        }
        open.remove(file);
        kept.remove(file);
      }
    }
    return published;
  }

  /** Replaces a file; returns whether by these rows. */
  private boolean replace(String file, FileRows rows) throws IOException {
    List<Row> content = new ArrayList<>();
    rows.finished.forEach(row -> content.add(fitted(row)));
    kept.getOrDefault(file, List.of()).forEach(row -> content.add(fitted(row)));
    boolean isOurs = files.create(decision(file), format.bytes(content));
    put(file);
    return isOurs;
  }

  private void put(String file) throws IOException {
    files.replace(new Path(meta, file), files.files().read(decision(file)));
  }

  private Path decision(String file) {
    return files.hidden(DECIDED + file);
  }

  private void keep(Row row) {
    String file = row.getAs(MetaFiles.REPLACED);
    kept.computeIfAbsent(file, first -> new ArrayList<>()).add(row);
  }

  /** A row with the columns of the format: new rows lack its last ones, old rows have one more. */
  private Row fitted(Row row) {
    Object[] values = new Object[format.schema().length()];
    for (int i = 0; i < Math.min(values.length, row.length()); i++) {
      values[i] = row.get(i);
    }
    return RowFactory.create(values);
  }
}
