package io.spackle.jobs.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.spackle.jobs.TestSpark;
import io.spackle.jobs.lease.RunFiles;
import io.spackle.row.MetaRow;
import io.spackle.row.RowColumns;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A task with the new rows a and b, and the rows c and d, which replace c and old. */
class TaskFilesTest {

  private static final StructType META =
      StructType.fromDDL(MetaRow.ROW_KEY + " string, attempt int");

  private static final StructType ROWS =
      StructType.fromDDL("%s string, %s string".formatted(RowColumns.KEY, RowColumns.REPLACES));

  private static final TaskFiles.Formats FORMATS = TaskFiles.Formats.of(TestSpark.session(), META);

  @TempDir java.nio.file.Path folder;
  private final AddedCounts counts = new AddedCounts();
  private RunFiles files;

  @BeforeEach
  void makeRun() throws IOException {
    Files.createDirectories(folder.resolve(".spackle-run"));
    Files.createDirectories(folder.resolve("_staged"));
    files = FORMATS.added().files(meta(), "run");
  }

  @Test
  void newRowsAreAddedAndReplacingOnesAreStaged() throws IOException {
    TaskFiles task = task();
    assertThat(pending(task)).containsExactly("a", "b", "c", "d");
    List<Row> finished = List.of(finished("a", 1), finished("c", 1), finished("d", 1));
    assertThat(task.publish(finished))
        .as("webhooks get meta rows")
        .containsExactlyInAnyOrderElementsOf(finished);
    assertThat(keys("run-000003-0000.snappy.parquet", MetaRow.ROW_KEY)).containsExactly("a");
    String staged = "_staged/run-000003-0000.snappy.parquet";
    assertThat(keys(staged, MetaRow.ROW_KEY)).containsExactlyInAnyOrder("c", "d");
    assertThat(keys(staged, RowColumns.REPLACES)).containsExactlyInAnyOrder("c", "old");
    assertThat(counts.value()).as("added files by task").containsExactly(entry(3, 1));
  }

  @Test
  void retryProcessesWhatIsNeitherAddedNorStaged() throws IOException {
    TaskFiles killed = task();
    pending(killed);
    killed.publish(List.of(finished("a", 1), finished("c", 1)));
    TaskFiles retry = task();
    assertThat(pending(retry)).containsExactly("b", "d");
    assertThat(retry.publish(List.of(finished("b", 2), finished("d", 2)))).hasSize(2);
    assertThat(keys("_staged/run-000003-0001.snappy.parquet", MetaRow.ROW_KEY))
        .containsExactly("d");
  }

  @Test
  void duplicateAttemptsStageARowOnce() throws IOException {
    TaskFiles one = task();
    TaskFiles other = task();
    pending(one);
    pending(other);
    assertThat(one.publish(List.of(finished("c", 1)))).hasSize(1);
    assertThat(other.publish(List.of(finished("c", 2), finished("b", 2))))
        .containsExactly(finished("b", 2));
  }

  private TaskFiles task() {
    return TaskFiles.of(FORMATS, meta(), files, 3, counts);
  }

  private Path meta() {
    return new Path(folder.toUri());
  }

  private static List<String> pending(TaskFiles task) throws IOException {
    List<Row> rows = List.of(row("a", null), row("b", null), row("c", "c"), row("d", "old"));
    List<String> keys = new ArrayList<>();
    task.pending(rows.iterator()).forEachRemaining(row -> keys.add(row.getString(0)));
    return keys;
  }

  private static Row row(String key, String replaced) {
    return new GenericRowWithSchema(new Object[] {key, replaced}, ROWS);
  }

  private static Row finished(String key, int attempt) {
    return new GenericRowWithSchema(new Object[] {key, attempt}, META);
  }

  private Set<String> keys(String file, String column) throws IOException {
    return Set.copyOf(MetaFiles.texts(files.files(), new Path(meta(), file), column));
  }
}
