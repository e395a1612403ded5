package io.spackle.jobs.output;

import io.spackle.jobs.lease.RunFiles;
import io.spackle.row.MetaRow;
import io.spackle.row.RowColumns;
import io.spackle.task.Publication;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.stream.StreamSupport;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.StructType;

/**
 * The files of one task: its new meta rows are added to the folder of meta files, and those that
 * replace older ones are staged, see {@link StagedRows}.
 */
public final class TaskFiles implements Publication {

  private final AddedFiles added;
  private final AddedFiles staged;
  private final IntConsumer onAdded;

  /** What unpublished rows replace, by their keys. */
  private final Map<String, String> replaces = new HashMap<>();

  /**
   * @param added the files of new rows
   * @param staged the files of rows with {@link RowColumns#REPLACES} after the columns of meta rows
   * @param onAdded told how many files of new rows the task has
   */
  TaskFiles(AddedFiles added, AddedFiles staged, IntConsumer onAdded) {
    this.added = added;
    this.staged = staged;
    this.onAdded = onAdded;
  }

  /**
   * The files of a task.
   *
   * @param formats of meta rows, and of staged ones
   * @param meta the output's folder of meta files
   * @param task its number in the run
   * @param counts told how many files of new rows the task has
   */
  public static TaskFiles of(
      Formats formats, Path meta, RunFiles files, int task, AddedCounts counts) {
    return new TaskFiles(
        new AddedFiles(formats.added(), files, meta, task),
        new AddedFiles(formats.staged(), files, StagedRows.folder(meta), task),
        count -> counts.add(new AddedCounts.Count(task, count)));
  }

  /** The formats of added and of staged files. */
  public record Formats(MetaFiles added, MetaFiles staged) implements Serializable {

    /**
     * The formats of the files of a task.
     *
     * @param meta columns of its meta rows
     */
    public static Formats of(SparkSession spark, StructType meta) {
      return new Formats(MetaFiles.of(spark, meta), MetaFiles.of(spark, StagedRows.schema(meta)));
    }
  }

  @Override
  public boolean isIncremental() throws IOException {
    return added.isIncremental();
  }

  @Override
  public Iterator<Row> pending(Iterator<Row> rows) throws IOException {
    Iterator<Row> left = staged.pending(added.pending(rows));
    Iterable<Row> all = () -> left;
    return StreamSupport.stream(all.spliterator(), false).peek(this::note).iterator();
  }

  private void note(Row row) {
    String replaced = row.getAs(RowColumns.REPLACES);
    if (replaced != null) {
      replaces.put(row.getAs(RowColumns.KEY), replaced);
    }
  }

  @Override
  public List<Row> publish(List<Row> finished) throws IOException {
    List<Row> news = new ArrayList<>();
    Map<String, Row> replacing = new HashMap<>();
    for (Row row : finished) {
      String key = row.getAs(MetaRow.ROW_KEY);
      if (replaces.containsKey(key)) {
        replacing.put(key, row);
      } else {
        news.add(row);
      }
    }
    List<Row> published = new ArrayList<>(added.publish(news));
    onAdded.accept(added.count());
    for (Row row : staged.publish(replacing.values().stream().map(this::withReplaced).toList())) {
      published.add(replacing.get(row.<String>getAs(MetaRow.ROW_KEY)));
    }
    replacing.keySet().forEach(replaces::remove);
    return published;
  }

  private Row withReplaced(Row row) {
    Object[] values = new Object[row.length() + 1];
    for (int i = 0; i < row.length(); i++) {
      values[i] = row.get(i);
    }
    values[row.length()] = replaces.get(row.<String>getAs(MetaRow.ROW_KEY));
    return new GenericRowWithSchema(values, StagedRows.schema(row.schema()));
  }
}
