package io.spackle.jobs.manifest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.spackle.conf.RefusedException;
import io.spackle.jobs.TestSpark;
import io.spackle.row.RowColumns;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestTest {

  private static final SparkSession SPARK = TestSpark.session();

  private static final String ROW =
      """
      {"init_image": "/a.png", "mask_image": "/m.png", "prompt": "%s"}
      """;

  @TempDir Path folder;

  @Test
  void jsonColumnsOfTheApiAreStringsAndOthersKeepTheirTypes() throws IOException {
    List<Row> rows =
        jsonLines(
            """
            {"init_image": "/a.png", "mask_image": "/m.png", "prompt": "x", "width": 512, "n": 7}
            {"init_image": "/a.png", "mask_image": "/m.png", "prompt": null, "width": "512"}
            {"init_image": "/a.png", "mask_image": "/m.png", "prompt": "", "guidance_scale": 7.5}
            """);
    assertThat(rows).extracting(row -> at(row, "width")).containsExactly("512", "512", null);
    assertThat(rows).extracting(row -> at(row, "prompt")).containsExactly("x", null, "");
    assertThat(at(rows.get(2), "guidance_scale")).isEqualTo("7.5");
    assertThat(at(rows.get(0), "n")).isEqualTo(7L);
    assertThat(rows).extracting(ManifestTest::line).containsExactly(1L, 2L, 3L);
    assertThat(rows).extracting(ManifestTest::corrupt).containsOnlyNulls();
  }

  @Test
  void malformedJsonLinesAreKeptWithTheirLineNumbers() throws IOException {
    String good = ROW.formatted("x");
    List<Row> rows =
        jsonLines(good + "\n{\"prompt\": \"cut\n" + good + "no json\n\n[1]\n5\n\"text\"\n" + good);
    assertThat(rows)
        .extracting(ManifestTest::line)
        .containsExactly(1L, 3L, 4L, 5L, 7L, 8L, 9L, 10L);
    assertThat(rows)
        .extracting(ManifestTest::corrupt)
        .containsExactly(null, "{\"prompt\": \"cut", null, "no json", "[1]", "5", "\"text\"", null);
  }

  /** Spark reads the first value of a line and would silently drop the second row. */
  @Test
  void moreThanOneObjectOnALineIsMalformed() throws IOException {
    String row = ROW.formatted("x").strip();
    List<Row> rows =
        jsonLines(row + row + "\n[" + row + "," + row + "]\n" + row + " rest\n" + row + "  \n");
    assertThat(rows)
        .extracting(ManifestTest::corrupt)
        .containsExactly(row + row, "[" + row + "," + row + "]", row + " rest", null);
  }

  @Test
  void snapshotsTellWhetherAManifestIsSmall() throws IOException {
    Configuration hadoop = SPARK.sparkContext().hadoopConfiguration();
    Path file = Files.writeString(folder.resolve("rows.jsonl"), ROW.formatted("x"));
    assertThat(Manifest.Snapshot.of(file.toString(), hadoop).isSmall()).isTrue();
    Files.writeString(folder.resolve("more.jsonl"), ROW.formatted("x".repeat(1 << 20)));
    assertThat(Manifest.Snapshot.of(folder + "/*.jsonl", hadoop).isSmall()).isFalse();
    assertThat(Manifest.Snapshot.of("jdbc:no file", hadoop).isSmall()).isFalse();
  }

  @Test
  void snapshotsShowChangedFiles() throws IOException {
    Path file = Files.writeString(folder.resolve("rows.jsonl"), ROW.formatted("x"));
    Configuration hadoop = SPARK.sparkContext().hadoopConfiguration();
    Manifest.Snapshot before = Manifest.Snapshot.of(file.toString(), hadoop);
    assertThat(before.files()).hasSize(1);
    assertThat(Manifest.Snapshot.of(file.toString(), hadoop)).isEqualTo(before);
    assertThat(Manifest.Snapshot.of(folder + "/*.jsonl", hadoop)).isEqualTo(before);
    Files.writeString(file, ROW.formatted("y").repeat(2));
    assertThat(Manifest.Snapshot.of(file.toString(), hadoop)).isNotEqualTo(before);
    assertThat(Manifest.Snapshot.of("jdbc:no file", hadoop).files()).isEmpty();
  }

  @Test
  void invalidUtf8IsMalformedAndAByteOrderMarkIsNot() throws IOException {
    byte[] good = ("\u00EF\u00BB\u00BF" + ROW.formatted("x")).getBytes(ISO_8859_1);
    byte[] broken = ROW.formatted("caf\u00E9").getBytes(ISO_8859_1);
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.write(good);
    both.write(broken);
    Path file = Files.write(folder.resolve("rows.jsonl"), both.toByteArray());
    List<Row> rows = read(file, "auto", Map.of()).collectAsList();
    assertThat(at(rows.get(0), "init_image")).isEqualTo("/a.png");
    assertThat(corrupt(rows.get(0))).isNull();
    assertThat(corrupt(rows.get(1))).contains("caf\uFFFD");
  }

  @Test
  void promptsAreByteIdentical() throws IOException {
    String prompt = "e\u0301 \uD83D\uDE00 \u05D0 =cmd() <script>";
    List<Row> rows = jsonLines(ROW.formatted(prompt));
    assertThat(at(rows.get(0), "prompt")).isEqualTo(prompt);
  }

  @Test
  void csvMayHaveQuotesLineBreaksAndEmptyPrompts() throws IOException {
    List<Row> rows =
        csv(
            """
            \uFEFFid,init_image,mask_image,prompt,width
            1,/a.png,/m.png,"a ""big"" cat,
            on a bench",512
            2,/a.png,/m.png,"",
            3,/a.png,/m.png,,64
            """);
    assertThat(rows).extracting(row -> at(row, "id")).containsExactly("1", "2", "3");
    assertThat(rows)
        .extracting(row -> at(row, "prompt"))
        .containsExactly("a \"big\" cat,\non a bench", "", null);
    assertThat(rows).extracting(row -> at(row, "width")).containsExactly("512", null, "64");
    assertThat(rows).extracting(ManifestTest::corrupt).containsOnlyNulls();
    assertThat(rows).extracting(ManifestTest::line).containsExactly(2L, 4L, 5L);
  }

  @Test
  void csvDistinguishesEmptyStringsFromMissingValues() throws IOException {
    List<Row> rows =
        csv(
            """
            init_image,mask_image,prompt,negative_prompt
            /a.png,/m.png,x,
            /a.png,/m.png,x,""
            /a.png,/m.png,x,blurry
            """);
    assertThat(rows)
        .extracting(row -> at(row, "negative_prompt"))
        .containsExactly(null, "", "blurry");
  }

  @Test
  void malformedCsvRecordsAreKept() throws IOException {
    List<Row> rows =
        csv(
            """
            init_image,mask_image,prompt
            /a.png,/m.png,x
            /a.png,/m.png
            /a.png,/m.png,x,y,z
            """);
    assertThat(rows).extracting(ManifestTest::line).containsExactly(2L, 3L, 4L);
    assertThat(rows)
        .extracting(ManifestTest::corrupt)
        .containsExactly(null, "/a.png,/m.png", "/a.png,/m.png,x,y,z");
  }

  @Test
  void invalidUtf8InCsvIsMalformed() throws IOException {
    byte[] bytes = "init_image,mask_image,prompt\n/a,/m,caf\u00E9\n".getBytes(ISO_8859_1);
    Path file = Files.write(folder.resolve("rows.csv"), bytes);
    assertThat(corrupt(read(file, "auto", Map.of()).first())).contains("caf\uFFFD");
  }

  @Test
  void readerOptionsAreApplied() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("rows.txt"), "init_image;mask_image;prompt\n/a.png;/m.png;x\n");
    Row row = read(file, "csv", Map.of("delimiter", ";")).first();
    assertThat(at(row, "prompt")).isEqualTo("x");
  }

  @Test
  void parquetColumnsOfTheApiBecomeStringsAndOthersKeepTheirTypes() {
    Path file = folder.resolve("rows.parquet");
    SPARK
        .sql(
            "select '/a' init_image, '/m' mask_image, 'x' prompt, 512 width, 7.5D guidance_scale,"
                + " true safety_checker, array(1, 2) tags, null nothing")
        .drop("nothing")
        .write()
        .parquet(file.toString());
    Row row = read(file, "auto", Map.of()).first();
    assertThat(at(row, "width")).isEqualTo("512");
    assertThat(at(row, "guidance_scale")).isEqualTo("7.5");
    assertThat(at(row, "safety_checker")).isEqualTo("true");
    assertThat(row.getList(row.fieldIndex("tags"))).isEqualTo(List.of(1, 2));
  }

  @Test
  void rowsOfSeveralFilesAreNumberedConsecutively() throws IOException {
    Path many = Files.createDirectory(folder.resolve("many"));
    for (String name : List.of("a", "b", "c")) {
      Files.writeString(many.resolve(name + ".jsonl"), ROW.formatted(name).repeat(3));
    }
    List<Row> rows = read(many, "jsonl", Map.of()).collectAsList();
    assertThat(rows)
        .extracting(ManifestTest::line)
        .containsExactlyInAnyOrder(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
    assertThat(read(many, "jsonl", Map.of()).collectAsList()).isEqualTo(rows);
  }

  @Test
  void gzipIsRecognizedByItsExtension() throws IOException {
    Path file = folder.resolve("rows.jsonl.gz");
    try (var zip = new GZIPOutputStream(Files.newOutputStream(file))) {
      zip.write(ROW.formatted("x").getBytes(ISO_8859_1));
    }
    assertThat(read(file, "auto", Map.of()).count()).isEqualTo(1);
  }

  @Test
  void relativeLocationsAreResolvedAgainstTheBase() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("rows.csv"),
            "init_image,mask_image,prompt\na/b.png,/m.png,x\ns3a://b/c.png,,x\n");
    FileManifest conf = FileManifest.of(file.toString(), "auto", "/base", Map.of());
    List<Row> rows = conf.read(SPARK).rows().collectAsList();
    assertThat(rows)
        .extracting(row -> at(row, "init_image"))
        .containsExactly("/base/a/b.png", "s3a://b/c.png");
    assertThat(rows).extracting(row -> at(row, "mask_image")).containsExactly("/m.png", null);
  }

  @Test
  void manifestWithoutRowsIsEmpty() throws IOException {
    assertThat(jsonLines("")).isEmpty();
    assertThat(jsonLines("\n \n")).isEmpty();
    assertThat(csv("")).isEmpty();
    assertThat(csv("init_image,mask_image,prompt\n")).isEmpty();
  }

  @Test
  void mistypedColumnsAreListedTogether() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("rows.jsonl"),
            """
            {"init_image": ["/a"], "prompt": 5, "width": {"px": 5}, "_spackle_key": 1, "reference_image": 7}
            """);
    assertThat(refused(file))
        .containsExactlyInAnyOrder(
            "the manifest's column init_image is of type array<string>, expected string",
            "the manifest's column reference_image is of type bigint, expected string",
            "the manifest's column prompt is of type bigint, expected string",
            "the manifest's column width is of type struct<px:bigint>, expected string, a number"
                + " or a boolean",
            "the manifest has the column _spackle_key, whose name is reserved for Spackle");
  }

  @Test
  void columnsThatDifferOnlyByCaseAreRefused() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("rows.jsonl"),
            """
            {"init_image": "/a", "mask_image": "/m", "prompt": "x", "Prompt": "y"}
            """);
    assertThat(refused(file))
        .containsExactly("the manifest has the column prompt twice (column names ignore case)");
  }

  @Test
  void unknownExtensionRequiresTheFormat() throws IOException {
    Path file = Files.writeString(folder.resolve("rows.dat"), "");
    assertThat(refused(file)).singleElement().asString().contains("name the format");
  }

  private List<String> refused(Path file) {
    return catchThrowableOfType(RefusedException.class, () -> read(file, "auto", Map.of()))
        .problems();
  }

  private List<Row> jsonLines(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("rows.jsonl"), text);
    return read(file, "auto", Map.of()).collectAsList();
  }

  private List<Row> csv(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("rows.csv"), text);
    return read(file, "auto", Map.of()).collectAsList();
  }

  private static Dataset<Row> read(Path file, String format, Map<String, String> options) {
    return FileManifest.of(file.toString(), format, null, options).read(SPARK).rows();
  }

  private static Object at(Row row, String column) {
    return Arrays.asList(row.schema().fieldNames()).contains(column) ? row.getAs(column) : null;
  }

  private static Long line(Row row) {
    return row.getAs(RowColumns.LINE);
  }

  private static String corrupt(Row row) {
    return row.getAs(RowColumns.CORRUPT);
  }
}
