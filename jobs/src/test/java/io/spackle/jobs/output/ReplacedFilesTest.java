package io.spackle.jobs.output;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.jobs.TestSpark;
import io.spackle.row.MetaRow;
import io.spackle.row.RowColumns;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The replacement of the meta rows x2 and y2 in two files. The rows x1 and z1 stay. */
class ReplacedFilesTest {

  private static final SparkSession SPARK = TestSpark.session();

  private static final StructType NEW_META =
      new StructType().add(MetaRow.ROW_KEY, DataTypes.StringType).add("text", DataTypes.StringType);

  private static final StructType META = NEW_META.add("older_column", DataTypes.StringType);
  private static final StructType KEPT = META.add(MetaFiles.REPLACED, DataTypes.StringType);

  private static final StructType PENDING =
      new StructType()
          .add(RowColumns.KEY, DataTypes.StringType)
          .add(MetaFiles.REPLACED, DataTypes.StringType);

  private static final MetaFiles FORMAT = MetaFiles.of(SPARK, META);

  @TempDir java.nio.file.Path folder;

  @BeforeEach
  void writeOldFiles() throws IOException {
    Files.createDirectories(folder.resolve(".spackle-run"));
    write("x.parquet", "x1", "x2");
    write("y.parquet", "y2");
    write("z.parquet", "z1");
  }

  @Test
  void eachFileIsReplacedOnceItsRowsAreFinished() throws IOException {
    ReplacedFiles attempt = attempt();
    pending(attempt);
    assertThat(attempt.publish(finished("y2", "first"))).hasSize(1);
    assertThat(rows())
        .containsExactly("x1 old kept", "x2 old kept", "y2 first null", "z1 old kept");
    assertThat(attempt.publish(finished("x2", "first"))).hasSize(1);
    assertThat(rows())
        .containsExactly("x1 old kept", "x2 first null", "y2 first null", "z1 old kept");
    assertThat(names()).containsExactly("x.parquet", "y.parquet", "z.parquet");
  }

  /** While rows are being read, it is not known whether the file has more. */
  @Test
  void rowsOfAFileThatIsNotReadToItsEndAreHeldBack() throws IOException {
    ReplacedFiles attempt = attempt();
    Iterator<Row> rows =
        attempt.pending(List.of(row("x2", "x.parquet"), row("x3", "x.parquet")).iterator());
    rows.next();
    assertThat(attempt.publish(finished("x2", "first"))).isEmpty();
    rows.next();
    assertThat(rows.hasNext()).isFalse();
    assertThat(attempt.publish(List.of())).as("x3 is not finished").isEmpty();
    assertThat(attempt.publish(finished("x3", "first"))).hasSize(2);
  }

  @Test
  void retryProcessesOnlyTheFilesThatAreNotReplaced() throws IOException {
    ReplacedFiles crashed = attempt();
    pending(crashed);
    crashed.publish(finished("x2", "first"));
    assertThat(pending(attempt())).containsExactly("y2");
  }

  /** The attempt was killed after its decision, before it could put the file in place. */
  @Test
  void decisionOfACrashedAttemptIsPutInPlace() throws IOException {
    ReplacedFiles crashed = attempt();
    pending(crashed);
    byte[] old = Files.readAllBytes(folder.resolve("x.parquet"));
    crashed.publish(finished("x2", "first"));
    Files.write(folder.resolve("x.parquet"), old);
    assertThat(pending(attempt())).containsExactly("y2");
    assertThat(rows()).contains("x1 old kept", "x2 first null");
  }

  @Test
  void duplicateAttemptsAgreeOnTheContentOfAFile() throws IOException {
    ReplacedFiles one = attempt();
    ReplacedFiles other = attempt();
    pending(one);
    pending(other);
    assertThat(one.publish(finished("x2", "first"))).hasSize(1);
    assertThat(other.publish(finished("x2", "second"))).as("published by the other").isEmpty();
    assertThat(other.publish(finished("y2", "second"))).hasSize(1);
    assertThat(one.publish(finished("y2", "first"))).isEmpty();
    assertThat(rows())
        .containsExactly("x1 old kept", "x2 first null", "y2 second null", "z1 old kept");
  }

  private ReplacedFiles attempt() throws IOException {
    Row kept = new GenericRowWithSchema(new Object[] {"x1", "old", "kept", "x.parquet"}, KEPT);
    return ReplacedFiles.of(FORMAT, new Path(folder.toUri()), "run", List.of(kept).iterator());
  }

  private static List<String> pending(ReplacedFiles attempt) {
    List<String> keys = new ArrayList<>();
    attempt
        .pending(List.of(row("x2", "x.parquet"), row("y2", "y.parquet")).iterator())
        .forEachRemaining(row -> keys.add(row.getString(0)));
    return keys;
  }

  private static Row row(String key, String file) {
    return new GenericRowWithSchema(new Object[] {key, file}, PENDING);
  }

  private static List<Row> finished(String key, String text) {
    return List.of(new GenericRowWithSchema(new Object[] {key, text}, NEW_META));
  }

  private void write(String name, String... keys) throws IOException {
    List<Row> rows =
        Arrays.stream(keys)
            .<Row>map(key -> new GenericRowWithSchema(new Object[] {key, "old", "kept"}, META))
            .toList();
    Files.write(folder.resolve(name), FORMAT.bytes(rows));
  }

  private List<String> rows() {
    return SPARK
        .read()
        .parquet(folder.toString())
        .orderBy(col(MetaRow.ROW_KEY))
        .collectAsList()
        .stream()
        .map(row -> row.getString(0) + " " + row.getString(1) + " " + row.getString(2))
        .toList();
  }

  private List<String> names() throws IOException {
    try (Stream<java.nio.file.Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .sorted()
          .toList();
    }
  }
}
