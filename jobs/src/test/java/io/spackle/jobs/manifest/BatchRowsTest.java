package io.spackle.jobs.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.jobs.TestSpark;
import io.spackle.jobs.manifest.FileManifest.Batch;
import io.spackle.row.RowColumns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows of several files that are taken at once. */
class BatchRowsTest {

  private static final SparkSession SPARK = TestSpark.session();

  @TempDir Path folder;

  /** How rows, each an id and a prompt, are written to a file. */
  private enum Form {
    CSV("csv", Map.of()),
    CSV_BY_LINE("csv", Map.of("multiLine", "false")),
    TSV("tsv", Map.of()) {
      @Override
      void write(Path file, List<String> rows) throws IOException {
        super.write(file, rows.stream().map(row -> row.replace(',', '\t')).toList());
      }
    },
    JSON_LINES("jsonl", Map.of()) {
      @Override
      void write(Path file, List<String> rows) throws IOException {
        Files.write(file, objects(rows));
      }
    },
    /** One file is an array, the others have lines. */
    JSON_OF_TWO_KINDS("jsonl", Map.of()) {
      @Override
      void write(Path file, List<String> rows) throws IOException {
        boolean isArray = file.toString().contains("2");
        String array = "[\n" + String.join(",\n", objects(rows)) + "]";
        Files.write(file, isArray ? List.of(array) : objects(rows));
      }
    },
    PARQUET("parquet", Map.of()) {
      @Override
      void write(Path file, List<String> rows) throws IOException {
        SPARK
            .read()
            .json(SPARK.createDataset(objects(rows), org.apache.spark.sql.Encoders.STRING()))
            .coalesce(1)
            .write()
            .parquet(file + "-parts");
        try (Stream<Path> parts = Files.list(Path.of(file + "-parts"))) {
          Path part = parts.filter(path -> path.toString().endsWith("parquet")).findFirst().get();
          Files.move(part, file);
        }
      }
    };

    private final String format;
    private final Map<String, String> options;

    Form(String format, Map<String, String> options) {
      this.format = format;
      this.options = options;
    }

    void write(Path file, List<String> rows) throws IOException {
      String separator = format.equals("tsv") ? "\t" : ",";
      Files.write(
          file,
          Stream.concat(
                  Stream.of(String.join(separator, "id", "prompt", "init_image", "mask_image")),
                  rows.stream().map(row -> row + separator + "/i" + separator + "/m"))
              .toList());
    }

    static List<String> objects(List<String> rows) {
      return rows.stream()
          .map(row -> row.split(","))
          .map(
              row ->
                  "{\"id\": \"%s\", \"prompt\": \"%s\", \"init_image\": \"/i\", \"mask_image\": \"/m\"}"
                      .formatted(row[0], row[1]))
          .toList();
    }
  }

  @ParameterizedTest
  @EnumSource
  void ofAnIdInSeveralFilesTheRowOfTheLastOneStays(Form form) throws IOException {
    String[] files = {"z", "a [2] ü%20{x}", "m"}; // not in the order of their names
    form.write(folder.resolve(files[0]), List.of("a,old", "b,one", "b,two", "d,old"));
    form.write(folder.resolve(files[1]), List.of("A,old", "c,one"));
    form.write(folder.resolve(files[2]), List.of("a,new", "d,new"));
    Manifest manifest = read(form, 2, files);
    assertThat(manifest.rows().collectAsList())
        .extracting(BatchRowsTest::text)
        .containsExactlyInAnyOrder("b one *", "b two *", "c one *", "a new", "d new");
    assertThat(manifest.skipped()).hasToString("[3 rows that later files replace, such as A]");
  }

  @Test
  void oneFileKeepsAllItsRows() throws IOException {
    Form.CSV.write(folder.resolve("[1]"), List.of("a,one", "a,two"));
    Manifest manifest = read(Form.CSV, 0, "[1]");
    assertThat(manifest.rows().collectAsList())
        .extracting(row -> row.<String>getAs("prompt"))
        .containsExactly("one", "two");
    assertThat(manifest.rows().columns()).doesNotContain(RowColumns.SEEN, FileNumbers.FILE);
    assertThat(read(Form.CSV_BY_LINE, 1, "[1]").rows().collectAsList())
        .extracting(BatchRowsTest::text)
        .containsExactly("a one *", "a two *");
  }

  @Test
  void rowsWithoutAnIdAreReplacedOnlyByEqualOnes() throws IOException {
    Form.CSV.write(folder.resolve("1"), List.of(",one", ",two"));
    Form.CSV.write(folder.resolve("2"), List.of(",two", ",three"));
    Manifest manifest = read(Form.CSV, 0, "1", "2");
    assertThat(manifest.rows().collectAsList())
        .extracting(row -> row.<String>getAs("prompt"))
        .containsExactly("one", "two", "three");
    assertThat(manifest.skipped())
        .hasToString("[1 row that a later file replaces, such as line 3]");
  }

  @Test
  void filesWithoutRowsAreNoProblem() throws IOException {
    Files.createFile(folder.resolve("1.csv"));
    Files.createFile(folder.resolve("2.csv"));
    assertThat(read(Form.CSV, 1, "1.csv", "2.csv").rows().count()).isZero();
  }

  private Manifest read(Form form, int seen, String... files) {
    List<String> uris =
        Stream.of(files).map(file -> folder.resolve(file).toUri().toString()).toList();
    return FileManifest.of(folder.toString(), form.format, null, form.options)
        .only(new Batch(uris, seen))
        .read(SPARK);
  }

  /** Id and prompt; a star follows if an earlier run has seen the file. */
  private static String text(Row row) {
    String text = row.getAs(RowColumns.ID) + " " + row.getAs(RowColumns.PROMPT);
    return row.<Boolean>getAs(RowColumns.SEEN) ? text + " *" : text;
  }
}
