package io.spackle.jobs.manifest;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.spark_partition_id;
import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.jobs.TestSpark;
import io.spackle.row.RowColumns;
import io.spackle.spark.TaskPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyedRowsTest {

  private static final SparkSession SPARK = TestSpark.session();

  @TempDir Path folder;

  @Test
  void furtherRowsOfAnIdAreDuplicates() throws IOException {
    List<Row> rows =
        keyed("a,1", "A,2", "b,3", " a ,4", "\u00e9,5", "e\u0301,6", ",7", ",7", "\u017f,8", "s,9");
    assertThat(rows)
        .extracting(row -> row.<Boolean>getAs(RowColumns.DUPLICATE))
        .containsExactly(false, true, false, true, false, true, false, true, false, true);
  }

  @Test
  void keysOfEqualRowsAreDistinct() throws IOException {
    List<Row> rows = keyed("a,1", "a,1", ",2", ",2", "b,1");
    assertThat(rows).extracting(KeyedRowsTest::key).doesNotHaveDuplicates();
    assertThat(key(rows.get(1))).isEqualTo(key(rows.get(0)) + "-2");
    assertThat(key(rows.get(3))).isEqualTo(key(rows.get(2)) + "-2");
  }

  @Test
  void keysDependOnTheJobDigest() throws IOException {
    Dataset<Row> manifest = manifest("a,1");
    String one = key(KeyedRows.keyed(manifest, "one").first());
    assertThat(key(KeyedRows.keyed(manifest, "one").first())).isEqualTo(one);
    assertThat(key(KeyedRows.keyed(manifest, "two").first())).isNotEqualTo(one);
  }

  @Test
  void idsAreOptional() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("rows.csv"), "init_image,mask_image,prompt\n/a,/m,x\n/a,/m,y\n");
    Dataset<Row> rows = KeyedRows.keyed(read(file), "");
    assertThat(rows.where(col(RowColumns.DUPLICATE)).count()).isZero();
    assertThat(rows.columns()).contains(RowColumns.KEY, RowColumns.DUPLICATE, RowColumns.LINE);
  }

  @Test
  void numberOfTasksLimitsRowsAndFillsSlots() {
    assertThat(KeyedRows.tasks(0, 128, 8)).isEqualTo(1);
    assertThat(KeyedRows.tasks(3, 128, 8)).isEqualTo(3);
    assertThat(KeyedRows.tasks(100, 128, 8)).isEqualTo(8);
    assertThat(KeyedRows.tasks(10_000, 128, 8)).isEqualTo(79);
    assertThat(KeyedRows.tasks(Long.MAX_VALUE / 2, 1, 8)).isEqualTo(100_000);
  }

  /** Adaptive execution must not merge small tasks, because each publishes a file. */
  @Test
  void spreadingIsDeterministicAndGivesTheNumberOfTasks() throws IOException {
    String[] lines = IntStream.range(0, 200).mapToObj(i -> i + "," + i).toArray(String[]::new);
    Dataset<Row> keyed = KeyedRows.keyed(manifest(lines), "");
    Dataset<Row> spread = KeyedRows.spread(keyed, 7, RowColumns.KEY);
    assertThat(spread.toJavaRDD().getNumPartitions()).isEqualTo(7);
    List<Row> placed =
        spread.select(col(RowColumns.LINE), spark_partition_id().as("task")).collectAsList();
    assertThat(new HashSet<>(placed)).hasSize(200);
    assertThat(placed)
        .isEqualTo(
            KeyedRows.spread(keyed, 7, RowColumns.KEY)
                .select(col(RowColumns.LINE), spark_partition_id().as("task"))
                .collectAsList());
  }

  /** Markers of crashed tasks identify rows by their task. */
  @Test
  void taskPartitionHoldsTheRowsOfItsTask() throws IOException {
    String[] lines = IntStream.range(0, 100).mapToObj(i -> i % 50 + "," + i).toArray(String[]::new);
    KeyedRows.spread(KeyedRows.keyed(manifest(lines), ""), 7, RowColumns.KEY)
        .select(col(RowColumns.KEY), spark_partition_id().as("task"))
        .collectAsList()
        .forEach(
            row ->
                assertThat(new TaskPartition(RowColumns.KEY, row.getInt(1), 7).holds(row))
                    .isTrue());
  }

  private List<Row> keyed(String... lines) throws IOException {
    return KeyedRows.keyed(manifest(lines), "").orderBy(RowColumns.LINE).collectAsList();
  }

  private Dataset<Row> manifest(String... lines) throws IOException {
    StringBuilder text = new StringBuilder("id,init_image,mask_image,prompt\n");
    for (String line : lines) {
      text.append(line.replace(",", ",/a,/m,")).append('\n');
    }
    return read(Files.writeString(folder.resolve("rows.csv"), text));
  }

  private static Dataset<Row> read(Path file) {
    return new FileManifest(file.toString(), "csv", null, Map.of()).read(SPARK).rows();
  }

  private static String key(Row row) {
    return row.getAs(RowColumns.KEY);
  }
}
