package io.spackle.jobs.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.jobs.TestSpark;
import io.spackle.row.RowColumns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What all forms of input have in common: the same three rows, in each of them. */
class ManifestInputContractTest {

  private static final SparkSession SPARK = TestSpark.session();
  private static final List<String> IDS = List.of("a.png", "b.png", "x/c.png");

  @TempDir Path folder;

  /** The forms, each with three rows at a place. */
  private enum Form {
    CSV("rows.csv") {
      @Override
      void write(Path at) throws IOException {
        Files.writeString(at, "id,init_image,mask_image\n" + lines("%1$s,/i/%1$s,/m/%1$s"));
      }
    },
    TSV("rows.tsv") {
      @Override
      void write(Path at) throws IOException {
        Files.writeString(at, "id\tinit_image\tmask_image\n" + lines("%1$s\t/i/%1$s\t/m/%1$s"));
      }
    },
    JSON_LINES("rows.jsonl") {
      @Override
      void write(Path at) throws IOException {
        String line = "{'id': '%1$s', 'init_image': '/i/%1$s', 'mask_image': '/m/%1$s'}";
        Files.writeString(at, lines(line.replace('\'', '"')));
      }
    },
    PARQUET("rows.parquet") {
      @Override
      void write(Path at) {
        SPARK
            .sql(
                lines("select '%1$s' id, '/i/%1$s' init_image, '/m/%1$s' mask_image union all")
                    .replaceFirst("union all\\s*$", ""))
            .coalesce(1)
            .write()
            .parquet(at.toString());
      }
    },
    FOLDER("photos") {
      @Override
      void write(Path at) throws IOException {
        for (String id : IDS) {
          for (Path root : List.of(at, at.resolveSibling("masks"))) {
            Files.createDirectories(root.resolve(id).getParent());
            Files.writeString(root.resolve(id), "");
          }
        }
      }

      @Override
      ManifestInput input(Path at) {
        return new FolderManifest(at.toString(), at.resolveSibling("masks").toString(), null);
      }
    };

    private final String name;

    Form(String name) {
      this.name = name;
    }

    abstract void write(Path at) throws IOException;

    ManifestInput input(Path at) {
      return FileManifest.of(at.toString(), "auto", null, Map.of());
    }

    static String lines(String format) {
      return String.join("\n", IDS.stream().map(format::formatted).toList()) + "\n";
    }
  }

  @ParameterizedTest
  @EnumSource
  void rowsAreNumberedFromOneTheSameEachTime(Form form) {
    Dataset<Row> rows = input(form).read(SPARK).rows();
    for (Dataset<Row> read : List.of(rows, rows, input(form).read(SPARK).rows())) {
      assertThat(read.select(RowColumns.ID, RowColumns.LINE).collectAsList())
          .extracting(row -> row.getString(0) + " " + (row.getLong(1) - firstLine(form)))
          .containsExactlyInAnyOrder("a.png 0", "b.png 1", "x/c.png 2");
    }
  }

  /** The lines of a file with a header are those of its rows. */
  private static long firstLine(Form form) {
    return form == Form.CSV || form == Form.TSV ? 2 : 1;
  }

  @ParameterizedTest
  @EnumSource
  void columnsOfTheApiAreTextsAndAllRowsHaveImages(Form form) {
    Dataset<Row> rows = input(form).read(SPARK).rows();
    for (String column : List.of(RowColumns.ID, RowColumns.INIT_IMAGE, RowColumns.MASK_IMAGE)) {
      assertThat(rows.schema().apply(column).dataType().typeName()).isEqualTo("string");
    }
    assertThat(rows.collectAsList())
        .allSatisfy(
            row -> {
              String id = row.getAs(RowColumns.ID);
              assertThat(row.<String>getAs(RowColumns.INIT_IMAGE)).startsWith("/").endsWith(id);
              assertThat(row.<String>getAs(RowColumns.MASK_IMAGE)).startsWith("/").endsWith(id);
            });
  }

  @ParameterizedTest
  @EnumSource
  void rowsCanBeKeyed(Form form) {
    Dataset<Row> keyed = KeyedRows.keyed(input(form).read(SPARK).rows(), "digest");
    assertThat(keyed.select(RowColumns.KEY).distinct().count()).isEqualTo(3);
  }

  @ParameterizedTest
  @EnumSource
  void messagesNameTheInputWithoutSecrets(Form form) {
    ManifestInput input = form.input(Path.of("/data/p?sig=secret").resolveSibling(form.name));
    assertThat(input.description()).endsWith(input.location());
    assertThat(input.locations()).isNotEmpty();
    assertThat(input.locations().keySet()).allMatch(key -> key.startsWith("manifest."));
    assertThat(input.location()).isEqualTo("/data/" + form.name);
  }

  @ParameterizedTest
  @EnumSource
  void anOutputAroundNothingOfTheInputIsAccepted(Form form) throws IOException {
    ManifestInput input = input(form);
    assertThat(overlapping(input, folder.resolve("out"))).isEmpty();
    assertThat(overlapping(input, folder.resolve(form.name)))
        .containsExactly(input.locations().keySet().iterator().next());
    assertThat(overlapping(input, folder.resolve(form.name).resolve("out"))).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void whatDoesNotExistIsNotRead(Form form) {
    ManifestInput missing = form.input(folder.resolve("none").resolve(form.name));
    assertThatThrownBy(() -> missing.read(SPARK).rows().count()).hasMessageContaining("none");
  }

  @ParameterizedTest
  @EnumSource
  void nothingChangesWhileNothingIsWritten(Form form) {
    ManifestInput input = input(form);
    Configuration hadoop = new Configuration();
    assertThat(input.snapshot(hadoop)).isEqualTo(input.snapshot(hadoop));
  }

  private static List<String> overlapping(ManifestInput input, Path output) throws IOException {
    var path = new org.apache.hadoop.fs.Path(output.toString());
    var results = List.of(new org.apache.hadoop.fs.Path(path, "images"));
    return input.overlapping(path, results, new Configuration());
  }

  private ManifestInput input(Form form) {
    Path at = folder.resolve(form.name);
    if (Files.notExists(at)) {
      try {
        form.write(at);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return form.input(at);
  }
}
