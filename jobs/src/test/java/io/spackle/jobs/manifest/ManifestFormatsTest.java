package io.spackle.jobs.manifest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.spackle.conf.RefusedException;
import io.spackle.jobs.TestSpark;
import io.spackle.row.RowColumns;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of all forms that rows are saved in: each is read, or refused with what to do. */
class ManifestFormatsTest {

  private static final SparkSession SPARK = TestSpark.session();

  private static final String ROW =
      "{\"id\": \"%s\", \"init_image\": \"/a.png\", \"mask_image\": \"/m.png\", \"width\": 64}";

  private static final String CSV = "init_image,mask_image,prompt\n/a.png,/m.png,caf\u00E9\n";

  @TempDir Path folder;

  @Test
  void aJsonArrayOnOneLineIsItsElements() throws IOException {
    String array = "[" + ROW.formatted(1) + "," + ROW.formatted(2) + ", 5, " + ROW.formatted(3);
    List<Row> rows = rows("rows.json", array + "]\n");
    assertThat(rows).extracting(row -> at(row, "id")).containsExactly("1", "2", null, "3");
    assertThat(rows).extracting(row -> at(row, RowColumns.LINE)).containsExactly(1L, 2L, 3L, 4L);
    assertThat(at(rows.get(2), RowColumns.CORRUPT)).isEqualTo("5");
    assertThat(at(rows.get(0), "width")).isEqualTo("64");
  }

  @Test
  void jsonOverManyLinesIsRead() throws IOException {
    String object = ROW.replace(", ", ",\n  ").replace("{", "{\n  ").replace("}", "\n}\n");
    String array = "\uFEFF[\n" + object.formatted(1) + ",\n" + object.formatted(2) + "]\n";
    assertThat(ids("array.json", array)).containsExactly("1", "2");
    assertThat(ids("one.json", object.formatted(1))).containsExactly("1");
    assertThat(ids("objects.jsonl", object.formatted(1) + object.formatted(2)))
        .containsExactly("1", "2");
  }

  @Test
  void anArrayThatBreaksOffIsRefusedWithItsPlace() throws IOException {
    String array = "[" + ROW.formatted(1) + ",\n" + ROW.formatted(2);
    assertThat(refused("rows.json", array.getBytes(UTF_8), Map.of()))
        .startsWith("the manifest rows.json is a JSON array with an error in line 2, column ")
        .endsWith("correct it, or write one object per line");
    assertThat(refused("rows.json", (array + "]\n" + ROW.formatted(3)).getBytes(UTF_8), Map.of()))
        .contains("a JSON array that something else follows");
  }

  @Test
  void aFirstLineThatIsMalformedLeavesTheOthersRows() throws IOException {
    List<Row> rows = rows("rows.jsonl", "{\"id\": \"cut\n" + ROW.formatted(2) + "\n");
    assertThat(rows).extracting(row -> at(row, "id")).containsExactly(null, "2");
    rows = rows("lists.jsonl", "[1, 2]\n" + ROW.formatted(2) + "\n");
    assertThat(rows).extracting(row -> at(row, "id")).containsExactly(null, "2");
    assertThat((String) at(rows.get(0), RowColumns.PROBLEM)).startsWith("a JSON array found");
  }

  @Test
  void linesAndArraysMayBeInOneFolder() throws IOException {
    Path many = Files.createDirectory(folder.resolve("many"));
    Files.writeString(many.resolve("a.json"), "[" + ROW.formatted(1) + "]");
    Files.writeString(many.resolve("b.json"), ROW.formatted(2) + "\nbroken\n");
    List<Row> rows =
        FileManifest.of(many.toString(), "jsonl", null, Map.of())
            .read(SPARK)
            .rows()
            .collectAsList();
    assertThat(rows).extracting(row -> at(row, "id")).containsExactlyInAnyOrder("1", "2", null);
  }

  @Test
  void rowsWithinAnObjectAreNamed() throws IOException {
    assertThat(
            refused(
                "rows.json", ("{\"data\": [" + ROW.formatted(1) + "]}").getBytes(UTF_8), Map.of()))
        .contains("no column init_image")
        .contains("its column data is a list of rows: save that list alone");
  }

  @Test
  void tsvIsSeparatedByTabs() throws IOException {
    List<Row> rows = rows("rows.tsv", CSV.replace(',', '\t'));
    assertThat(at(rows.get(0), "prompt")).isEqualTo("caf\u00E9");
    assertThat(rows("rows.tab", CSV.replace(',', '\t'))).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "UTF-16|in UTF-16: save it as UTF-8, or set spackle.manifest.options { encoding = UTF-16 }",
        "UTF-16LE|in UTF-16: save it as UTF-8, or set spackle.manifest.options { encoding = UTF-16 }",
      })
  void utf16IsRefusedOrReadWithAnOption(String encoding, String problem) throws IOException {
    byte[] file = CSV.getBytes(Charset.forName(encoding));
    assertThat(refused("rows.csv", file, Map.of()))
        .isEqualTo("the manifest rows.csv is " + problem);
    List<Row> rows = rows("rows.csv", file, Map.of("encoding", encoding));
    assertThat(at(rows.get(0), "prompt")).isEqualTo("caf\u00E9");
  }

  @Test
  void jsonInUtf16IsRefused() throws IOException {
    for (Charset charset : List.of(UTF_16, UTF_16LE)) {
      assertThat(refused("rows.jsonl", ROW.getBytes(charset), Map.of()))
          .isEqualTo("the manifest rows.jsonl is in UTF-16: save it as UTF-8");
    }
  }

  @Test
  void otherEncodingsOfCsvNeedTheirName() throws IOException {
    byte[] file = CSV.getBytes(ISO_8859_1);
    assertThat((String) at(rows("rows.csv", file, Map.of()).get(0), RowColumns.PROBLEM))
        .contains("not UTF-8");
    Row row = rows("rows.csv", file, Map.of("encoding", "windows-1252")).get(0);
    assertThat(at(row, "prompt")).isEqualTo("caf\u00E9");
  }

  @ParameterizedTest
  @ValueSource(strings = {";", "\\t", "|"})
  void anotherSeparatorIsNamed(String named) throws IOException {
    byte[] file = CSV.replace(",", named.replace("\\t", "\t")).getBytes(UTF_8);
    assertThat(refused("rows.csv", file, Map.of()))
        .isEqualTo(
            ("the manifest rows.csv has columns separated by \"%1$s\", expected \",\": set"
                    + " spackle.manifest.options { delimiter = \"%1$s\" }")
                .formatted(named));
    assertThat(rows("rows.csv", file, Map.of("delimiter", named))).hasSize(1);
  }

  @Test
  void aLongFirstLineIsALine() throws IOException {
    String row = ROW.replace("/a.png", "data:image/png;base64," + "A".repeat(100_000));
    List<Row> rows =
        rows("rows.jsonl", row.formatted(1) + "\n\n" + row.formatted(2) + "\nbroken\n");
    assertThat(rows).extracting(item -> at(item, RowColumns.LINE)).containsExactly(1L, 3L, 4L);
    assertThat(rows).extracting(item -> at(item, "id")).containsExactly("1", "2", null);
    assertThat(ids("one.jsonl", row.formatted(1))).containsExactly("1");
  }

  @Test
  void theLineOfSpreadsheetsBeforeTheHeaderIsNamed() throws IOException {
    byte[] file = ("sep=;\n" + CSV.replace(',', ';')).getBytes(UTF_8);
    assertThat(refused("rows.csv", file, Map.of()))
        .contains("starts with a line for spreadsheets: remove it")
        .contains("{ delimiter = \";\" }");
  }

  @Test
  void csvWithoutAHeaderIsRefused() throws IOException {
    assertThat(refused("rows.csv", "/a.png,/m.png,x\n/b.png,/m.png,y\n".getBytes(UTF_8), Map.of()))
        .contains("rows.csv has no header, its first line is a row: put a line with the names");
  }

  @Test
  void aHeaderThatIsNotClosedIsRefused() throws IOException {
    byte[] file = CSV.replace("prompt", "\"prompt").getBytes(UTF_8);
    assertThat(refused("rows.csv", file, Map.of()))
        .contains("a header with a quotation mark that is not closed");
  }

  @Test
  void fileTypesAreRecognizedWhateverTheirNames() throws IOException {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
      gzip.write(CSV.getBytes(UTF_8));
    }
    assertThat(refused("rows.csv", zipped.toByteArray(), Map.of()))
        .isEqualTo("the manifest rows.csv is compressed by gzip: add .gz to its name");
    assertThat(rows("rows.csv.gz", zipped.toByteArray(), Map.of())).hasSize(1);
    for (String name : List.of("rows.csv", "rows.jsonl")) {
      assertThat(refused(name, "PK\3\4\24\0".getBytes(UTF_8), Map.of()))
          .endsWith(
              "is a spreadsheet (.xlsx, .ods) or another zip file: export it as CSV in UTF-8");
      assertThat(refused(name, "PAR1 and more".getBytes(UTF_8), Map.of()))
          .endsWith("is a Parquet file: set spackle.manifest.format = parquet");
      assertThat(refused(name, "\n <!DOCTYPE html><html>".getBytes(UTF_8), Map.of()))
          .contains("is an HTML page");
    }
    assertThat(refused("rows.xlsx", "PK\3\4".getBytes(UTF_8), Map.of()))
        .contains("is a spreadsheet: export it as CSV in UTF-8");
    assertThat(refused("rows.jsonl", CSV.getBytes(UTF_8), Map.of()))
        .endsWith("is CSV, expected JSON: set spackle.manifest.format = csv");
    assertThat(refused("rows.csv", ROW.getBytes(UTF_8), Map.of()))
        .endsWith("is JSON, expected CSV: set spackle.manifest.format = jsonl");
  }

  @Test
  void linesOfSeveralCsvFilesAreCountedOn() throws IOException {
    Path many = Files.createDirectory(folder.resolve("many"));
    Files.writeString(many.resolve("a.csv"), CSV + "/b.png,/m.png,\"x\ny\"\n/c.png,/m.png,z\n");
    Files.writeString(many.resolve("b.csv"), CSV);
    FileManifest settings = FileManifest.of(many.toString(), "csv", null, Map.of());
    assertThat(settings.read(SPARK).rows().collectAsList())
        .extracting(row -> at(row, RowColumns.LINE))
        .containsExactly(2L, 3L, 5L, 7L);
    Files.writeString(many.resolve("c.csv"), CSV.replace("prompt", "text"));
    RefusedException refused =
        catchThrowableOfType(RefusedException.class, () -> settings.read(SPARK).rows());
    assertThat(refused).hasMessageContaining("[init_image, mask_image, text] found in c.csv");
  }

  @Test
  void csvWithoutLineBreaksInCellsCanBeSplit() throws IOException {
    String file = "\uFEFF" + CSV + "/b.png,/m.png,\"a cat\n\n/c.png,/m.png,\"a, b\"\n";
    List<Row> rows = rows("rows.csv", file.getBytes(UTF_8), Map.of("multiLine", "false"));
    assertThat(rows).extracting(row -> at(row, RowColumns.LINE)).containsExactly(2L, 3L, 5L);
    assertThat(rows)
        .extracting(row -> at(row, "prompt"))
        .containsExactly("caf\u00E9", null, "a, b");
  }

  @Test
  void unknownAndUnusableOptionsOfCsvAreRefused() throws IOException {
    Map<String, String> options =
        Map.of("quote", "''", "inferSchema", "true", "encoding", "utf-9", "header", "false");
    assertThat(refused("rows.csv", CSV.getBytes(UTF_8), options))
        .contains("options.quote is \"''\", expected one character")
        .contains("options.inferSchema is not an option of CSV files")
        .contains("options.encoding is utf-9, expected the name of an encoding")
        .contains("options.header is false");
  }

  private String refused(String name, byte[] content, Map<String, String> options)
      throws IOException {
    Files.write(folder.resolve(name), content);
    return catchThrowableOfType(RefusedException.class, () -> rows(name, content, options))
        .getMessage();
  }

  private List<Object> ids(String name, String content) throws IOException {
    return rows(name, content).stream().map(row -> at(row, "id")).toList();
  }

  private List<Row> rows(String name, String content) throws IOException {
    return rows(name, content.getBytes(UTF_8), Map.of());
  }

  private List<Row> rows(String name, byte[] content, Map<String, String> options)
      throws IOException {
    Path file = Files.write(folder.resolve(name), content);
    return FileManifest.of(file.toString(), "auto", null, options)
        .read(SPARK)
        .rows()
        .collectAsList();
  }

  private static Object at(Row row, String column) {
    return Arrays.asList(row.schema().fieldNames()).contains(column) ? row.getAs(column) : null;
  }
}
