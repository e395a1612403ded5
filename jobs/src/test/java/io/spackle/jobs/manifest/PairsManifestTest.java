package io.spackle.jobs.manifest;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.spackle.conf.RefusedException;
import io.spackle.jobs.TestSpark;
import io.spackle.row.RowColumns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data sets in the layout of VITON-HD as rows; their files may be empty here. */
class PairsManifestTest {

  private static final PairsManifest.Layout VITON_HD =
      new PairsManifest.Layout("image", "cloth", "agnostic-mask", null);

  @TempDir Path folder;

  @BeforeEach
  void files() throws IOException {
    create("image/00006_00.jpg", "image/00008_00.jpg", "cloth/01260_00.jpg", "cloth/00006_00.jpg");
    create("agnostic-mask/00006_00_mask.png", "agnostic-mask/00008_00_mask.png");
  }

  @Test
  void eachLineIsARowWithPersonGarmentAndMask() throws IOException {
    List<Row> rows = rows("00006_00.jpg 01260_00.jpg\n00008_00.jpg 00006_00.jpg\n");
    assertThat(rows).extracting(row -> at(row, RowColumns.LINE)).containsExactly(1L, 2L);
    Row first = rows.get(0);
    assertThat(at(first, "id")).isEqualTo("00006_00__01260_00");
    assertThat(at(first, "init_image")).isEqualTo(folder + "/image/00006_00.jpg");
    assertThat(at(first, "reference_image")).isEqualTo(folder + "/cloth/01260_00.jpg");
    assertThat(at(first, "mask_image")).isEqualTo(folder + "/agnostic-mask/00006_00_mask.png");
    assertThat(at(first, "person")).isEqualTo("00006_00.jpg");
    assertThat(at(first, "garment")).isEqualTo("01260_00.jpg");
    assertThat(at(first, "list_line")).isEqualTo(1L);
    assertThat(at(first, RowColumns.CORRUPT)).isNull();
  }

  @Test
  void aPersonWithSeveralGarmentsHasAnIdForEach() throws IOException {
    assertThat(ids("00006_00.jpg 01260_00.jpg\n00006_00.jpg 00006_00.jpg\n"))
        .containsExactly("00006_00__01260_00", "00006_00__00006_00");
  }

  @Test
  void filesThatDifferInTheirExtensionOnlyHaveIdsOfTheirOwn() throws IOException {
    create("image/00006_00.png");
    assertThat(ids("00006_00.jpg 01260_00.jpg\n00006_00.png 01260_00.jpg\n"))
        .containsExactly("00006_00.jpg__01260_00", "00006_00.png__01260_00");
  }

  @Test
  void blankLinesMarksOfOrderAndWindowsLineEndsAreNoRows() throws IOException {
    List<Row> rows =
        rows("\uFEFF00006_00.jpg 01260_00.jpg\r\n\r\n   \r\n00008_00.jpg\t01260_00.jpg \r\n");
    assertThat(rows)
        .extracting(row -> at(row, "person"))
        .containsExactly("00006_00.jpg", "00008_00.jpg");
    assertThat(rows).extracting(row -> at(row, RowColumns.LINE)).containsExactly(1L, 4L);
  }

  @Test
  void namesMayContainBlanksWhereTheFilesShowWhichAreMeant() throws IOException {
    create("image/my photo.jpg", "cloth/red  shirt.jpg", "cloth/red.jpg");
    create("image/my.jpg", "cloth/photo.jpg red.jpg");
    assertThat(rows("my photo.jpg red  shirt.jpg\n"))
        .extracting(row -> at(row, "init_image"), row -> at(row, "reference_image"))
        .containsExactly(tuple(folder + "/image/my photo.jpg", folder + "/cloth/red  shirt.jpg"));
    assertThat(ids("my photo.jpg\tred  shirt.jpg\n")).containsExactly("my photo__red  shirt");
    assertThat(ids("my photo.jpg red.jpg\n")).containsExactly((String) null);
  }

  @Test
  void aLineThatDoesNotNameTwoFilesFailsAlone() throws IOException {
    List<Row> rows =
        rows("00006_00.jpg\n00006_00.jpg 01260_00.jpg\na b c\n../secret.jpg 01260_00.jpg\n");
    assertThat(rows)
        .extracting(row -> at(row, "id"))
        .containsExactly(null, "00006_00__01260_00", null, null);
    assertThat(rows)
        .extracting(row -> at(row, RowColumns.PROBLEM))
        .containsExactly(
            "test_pairs.txt: one name found, those of a person and a garment expected",
            null,
            "test_pairs.txt: 3 names found, those of a person and a garment expected",
            "test_pairs.txt: a name with .. found, one of a file below it expected");
    assertThat(at(rows.get(2), RowColumns.CORRUPT)).isEqualTo("a b c");
  }

  @Test
  void missingFilesKeepTheLocationsWhereTheyAreExpected() throws IOException {
    Row row = rows("00009_00.jpg 99999_00.jpg\n").get(0);
    assertThat(at(row, "init_image")).isEqualTo(folder + "/image/00009_00.jpg");
    assertThat(at(row, "reference_image")).isEqualTo(folder + "/cloth/99999_00.jpg");
    assertThat(at(row, "mask_image")).isEqualTo(folder + "/agnostic-mask/00009_00_mask.png");
    assertThat(at(row, "id")).isEqualTo("00009_00__99999_00");
  }

  @Test
  void masksMayHaveAnyExtensionAndThePlainName() throws IOException {
    create("image/a.jpg", "image/b.jpg", "agnostic-mask/a.webp", "agnostic-mask/b_mask.jpg");
    assertThat(rows("a.jpg 01260_00.jpg\nb.jpg 01260_00.jpg\n"))
        .extracting(row -> at(row, "mask_image"))
        .containsExactly(folder + "/agnostic-mask/a.webp", folder + "/agnostic-mask/b_mask.jpg");
  }

  @Test
  void withoutAFolderOfMasksRowsHaveNone() throws IOException {
    PairsManifest.Layout layout = new PairsManifest.Layout("image", "cloth", "parse", null);
    Files.writeString(folder.resolve("test_pairs.txt"), "00006_00.jpg 01260_00.jpg\n");
    Row row = rows(folder, layout).get(0);
    assertThat(at(row, "mask_image")).isNull();
    assertThat(at(row, RowColumns.CORRUPT)).isNull();
  }

  @Test
  void dressCodeHasBothImagesInOneFolderAndTheCategoryInItsLists() throws IOException {
    create("dresses/images/1_0.jpg", "dresses/images/1_1.jpg", "dresses/images/2_1.jpg");
    Path dresses = folder.resolve("dresses");
    Files.writeString(
        dresses.resolve("test_pairs_unpaired.txt"), "1_0.jpg\t2_1.jpg\n1_0.jpg\t1_1.jpg\t2\n");
    PairsManifest.Layout layout =
        new PairsManifest.Layout("images", "images", "masks", "test_pairs_unpaired.txt");
    List<Row> rows = rows(dresses, layout);
    assertThat(rows).extracting(row -> at(row, "id")).containsExactly("1_0__2_1", "1_0__1_1");
    assertThat(at(rows.get(1), "reference_image")).isEqualTo(dresses + "/images/1_1.jpg");
  }

  @Test
  void namesMayLackTheExtensionOrStartWithTheFolder() throws IOException {
    assertThat(ids("00006_00 01260_00\nimage/00008_00.jpg cloth/01260_00.jpg\n"))
        .containsExactly("00006_00__01260_00", "00008_00__01260_00");
  }

  @Test
  void theListMayBeBesideTheFolderAsInVitonHd() throws IOException {
    create("train/image/a.jpg", "train/cloth/b.jpg");
    Files.writeString(folder.resolve("train_pairs.txt"), "a.jpg b.jpg\n");
    assertThat(rows(folder.resolve("train"), VITON_HD))
        .extracting(row -> at(row, "id"))
        .containsExactly("a__b");
  }

  @Test
  void whatIsMissingOfTheLayoutIsRefusedWithItsKey() throws IOException {
    assertThat(refused(VITON_HD))
        .contains("has no list of pairs: " + folder + "/test_pairs.txt and ")
        .contains(folder.getFileName() + "_pairs.txt not found, set spackle.manifest.pairs-list");
    Files.writeString(folder.resolve("test_pairs.txt"), "a b\n");
    assertThat(refused(new PairsManifest.Layout("people", "cloth", "x", null)))
        .endsWith("has no folder people: set spackle.manifest.pairs-images");
    assertThat(refused(new PairsManifest.Layout("image", "shirts", "x", null)))
        .endsWith("has no folder shirts: set spackle.manifest.pairs-garments");
    Files.write(folder.resolve("test_pairs.txt"), "a b\n".getBytes(UTF_16));
    assertThat(refused(VITON_HD)).contains("test_pairs.txt is in UTF-16");
  }

  @Test
  void anOutputMayBeBesideTheDataSetButNeitherInItNorAroundIt() throws IOException {
    assertThat(overlapping(folder.resolveSibling("out"))).isEmpty();
    for (Path output : List.of(folder, folder.resolve("out"), folder.getParent())) {
      assertThat(overlapping(output)).as("%s", output).containsExactly("manifest.pairs");
    }
  }

  private List<String> overlapping(Path output) throws IOException {
    var path = new org.apache.hadoop.fs.Path(output.toString());
    return new PairsManifest(folder.toString(), VITON_HD)
        .overlapping(path, List.of(), new Configuration());
  }

  private List<Row> rows(String list) throws IOException {
    Files.write(folder.resolve("test_pairs.txt"), list.getBytes(UTF_8));
    return rows(folder, VITON_HD);
  }

  private static List<Row> rows(Path folder, PairsManifest.Layout layout) {
    return new PairsManifest(folder.toString(), layout)
        .read(TestSpark.session())
        .rows()
        .orderBy(RowColumns.LINE)
        .collectAsList();
  }

  private List<String> ids(String list) throws IOException {
    return rows(list).stream().map(row -> (String) at(row, "id")).toList();
  }

  private String refused(PairsManifest.Layout layout) {
    return catchThrowableOfType(RefusedException.class, () -> rows(folder, layout))
        .problems()
        .get(0);
  }

  private static Object at(Row row, String column) {
    return row.getAs(column);
  }

  private void create(String... names) throws IOException {
    for (String name : names) {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      Files.createFile(file);
    }
  }
}
