package io.spackle.jobs.manifest;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.jobs.TestSpark;
import io.spackle.row.RowColumns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
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
  void keysAreThoseOfTheWholeRows() throws IOException {
    Dataset<Row> manifest = manifest("a,1", "A,2", ",3", ",3", "b,1");
    List<Row> keys = KeyedRows.keys(manifest, "").orderBy(RowColumns.LINE).collectAsList();
    List<Row> rows = KeyedRows.keyed(manifest, "").orderBy(RowColumns.LINE).collectAsList();
    assertThat(keys)
        .extracting(KeyedRowsTest::key)
        .isEqualTo(rows.stream().map(KeyedRowsTest::key).toList());
    assertThat(keys.get(0).schema().fieldNames())
        .containsExactlyInAnyOrder(
            RowColumns.LINE,
            RowColumns.KEY,
            RowColumns.ID,
            RowColumns.DUPLICATE,
            KeyedRows.FOLDED_ID);
  }

  @Test
  void chosenRowsHaveAllColumnsUnlessTheManifestHasChanged() throws IOException {
    Dataset<Row> keys = KeyedRows.onDisk(KeyedRows.keys(manifest("a,1", "a,1", "b,2", "c,3"), ""));
    Dataset<Row> chosen =
        keys.where(col(RowColumns.LINE).gt(3)).select(RowColumns.LINE, RowColumns.KEY);
    Dataset<Row> now = manifest("a,1", "a,1", "b,2", "c,other");
    assertThat(KeyedRows.chosen(now, "", chosen).collectAsList())
        .singleElement()
        .satisfies(row -> assertThat(row.<String>getAs(RowColumns.PROMPT)).isEqualTo("2"))
        .satisfies(row -> assertThat(row.<Long>getAs(RowColumns.LINE)).isEqualTo(4L));
  }

  @Test
  void idsAreComparedWithoutCaseAndSurroundingBlanks() {
    List<String> ids = List.of("Ab c", " ab c\t", "AB C\n", "\u00c4b", "a\u0308B", " ", "ab  c");
    List<String> folded =
        SPARK
            .createDataset(ids, Encoders.STRING())
            .select(KeyedRows.folded(col("value")))
            .as(Encoders.STRING())
            .collectAsList();
    assertThat(folded).containsExactly("ab c", "ab c", "ab c", "\u00e4b", "\u00e4b", null, "ab  c");
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
    return FileManifest.of(file.toString(), "csv", null, Map.of()).read(SPARK).rows();
  }

  private static String key(Row row) {
    return row.getAs(RowColumns.KEY);
  }
}
