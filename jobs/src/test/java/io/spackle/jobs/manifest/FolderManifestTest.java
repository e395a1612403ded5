package io.spackle.jobs.manifest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.spackle.conf.RefusedException;
import io.spackle.jobs.TestSpark;
import io.spackle.jobs.files.LockedFileSystem;
import io.spackle.jobs.manifest.Manifest.Skipped;
import io.spackle.row.RowColumns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Folders of images: which files are rows, which mask and caption each has, what is skipped. */
class FolderManifestTest {

  private static final SparkSession SPARK = TestSpark.session();

  @TempDir Path folder;

  @Test
  void eachImageIsARowWithItsPathAsId() throws IOException {
    files("photos", "b.jpg", "a.png", "x/a.png", "x/deep/er/c.webp");
    List<Row> rows = rows(images());
    assertThat(rows)
        .extracting(FolderManifestTest::id)
        .containsExactly("a.png", "b.jpg", "x/a.png", "x/deep/er/c.webp");
    assertThat(rows).extracting(row -> at(row, RowColumns.LINE)).containsExactly(1L, 2L, 3L, 4L);
    assertThat(at(rows.get(2), RowColumns.INIT_IMAGE)).isEqualTo(folder + "/photos/x/a.png");
    assertThat(at(rows.get(2), RowColumns.CODE)).isNull();
  }

  /** The default of the configuration applies to rows without a value. */
  @Test
  void withoutAPlaceForMasksNoRowHasOne() throws IOException {
    files("photos", "a.jpg", "a_mask.png");
    List<Row> rows = rows(images());
    assertThat(rows).extracting(FolderManifestTest::id).containsExactly("a.jpg", "a_mask.png");
    assertThat(rows.get(0).schema().fieldNames())
        .doesNotContain(RowColumns.MASK_IMAGE, RowColumns.PROMPT);
  }

  @ParameterizedTest
  @CsvSource({
    "a.jpg,a.png",
    "a.JPG,a.png",
    "a.JpEg,a.PNG",
    "a.png,a.png",
    "x/a.webp,x/a.tiff",
    "a b+c#d%20e.jpg,a b+c#d%20e.png",
    "a.b.c.jpg,a.b.c.png",
    "_DSC1234.JPG,_DSC1234.png",
    "\u732b/\u00fcber (1).jpg,\u732b/\u00fcber (1).png"
  })
  void aMaskHasTheNameOfItsImageWhateverItsExtension(String image, String mask) throws IOException {
    files("photos", image);
    files("masks", mask);
    Row row = rows(withMasks()).get(0);
    assertThat(id(row)).isEqualTo(image);
    assertThat(at(row, RowColumns.MASK_IMAGE)).isEqualTo(folder + "/masks/" + mask);
    assertThat(at(row, RowColumns.CODE)).isNull();
  }

  /** macOS stores names with decomposed letters, most other programs write them composed. */
  @Test
  void composedAndDecomposedLettersAreTheSameName() throws IOException {
    files("photos", "u\u0308.jpg");
    files("masks", "\u00fc.png");
    assertThat(at(rows(withMasks()).get(0), RowColumns.MASK_IMAGE))
        .isEqualTo(folder + "/masks/\u00fc.png");
  }

  @Test
  void masksOfTheSameNameInSeveralFoldersStayApart() throws IOException {
    files("photos", "x/a.png", "y/a.png");
    files("masks", "x/a.png", "y/a.png");
    assertThat(masks(rows(withMasks())))
        .containsEntry("x/a.png", folder + "/masks/x/a.png")
        .containsEntry("y/a.png", folder + "/masks/y/a.png");
  }

  @Test
  void masksBesideTheImagesAreToldByTheirSuffix() throws IOException {
    files("photos", "a.jpg", "a_mask.PNG", "x/b_mask.jpg", "x/b_mask_mask.png", "_mask.png");
    List<Row> rows = rows(new FolderManifest(images(folder), null, "_mask"));
    assertThat(rows).extracting(FolderManifestTest::id).containsExactly("_mask.png", "a.jpg");
    assertThat(masks(rows)).containsEntry("a.jpg", folder + "/photos/a_mask.PNG");
  }

  @Test
  void masksOfAFolderMayHaveASuffixToo() throws IOException {
    files("photos", "a.jpg");
    files("masks", "a_m.png", "a.png");
    Manifest manifest = new FolderManifest(images(folder), folder + "/masks", "_m").read(SPARK);
    assertThat(masks(manifest.rows().collectAsList()))
        .containsEntry("a.jpg", folder + "/masks/a_m.png");
    assertThat(manifest.skipped()).hasToString("[1 file that is no image, such as a.png]");
  }

  @Test
  void anImageWithoutAMaskIsARowThatSaysSo() throws IOException {
    files("photos", "x/a.jpg", "b.jpg");
    files("masks", "b.png");
    Row row = rows(withMasks()).get(1);
    assertThat(at(row, RowColumns.CODE)).isEqualTo("MASK_MISSING");
    assertThat(at(row, RowColumns.PROBLEM))
        .isEqualTo(
            "mask_image: no mask of x/a.jpg found, one expected: "
                + folder
                + "/masks/x/a.png, or with another extension of images");
  }

  @Test
  void twoImagesOfOneMaskAreRowsThatNameBoth() throws IOException {
    files("photos", "a.jpg", "a.png");
    files("masks", "a.png");
    List<Row> rows = rows(withMasks());
    assertThat(rows).extracting(FolderManifestTest::id).containsExactly("a.jpg", "a.png");
    assertThat(rows)
        .allSatisfy(
            row -> {
              assertThat(at(row, RowColumns.CODE)).isEqualTo("MASK_AMBIGUOUS");
              assertThat(at(row, RowColumns.PROBLEM).toString()).contains("a.jpg and a.png");
              assertThat(at(row, RowColumns.MASK_IMAGE)).isNull();
            });
  }

  @Test
  void twoMasksOfOneImageAreNamedInItsRow() throws IOException {
    files("photos", "a.jpg");
    files("masks", "a.png", "a.webp");
    Row row = rows(withMasks()).get(0);
    assertThat(at(row, RowColumns.CODE)).isEqualTo("MASK_AMBIGUOUS");
    assertThat(at(row, RowColumns.PROBLEM).toString())
        .contains("masks/a.png and " + folder + "/masks/a.webp");
  }

  @Test
  void aTextOfTheSameNameIsThePrompt() throws IOException {
    files("photos", "a.jpg", "b.jpg", "c.jpg", "d.jpg");
    Files.writeString(folder.resolve("photos/a.txt"), "\uFEFFa red brick wall\n");
    Files.writeString(folder.resolve("photos/b.TXT"), "");
    Files.write(folder.resolve("photos/d.txt"), "x".repeat(70_000).getBytes(UTF_8));
    List<Row> rows = rows(images());
    assertThat(rows)
        .extracting(row -> at(row, RowColumns.PROMPT))
        .containsExactly("a red brick wall", "", null, null);
    assertThat(at(rows.get(3), RowColumns.CODE)).isEqualTo("ROW_INVALID");
    assertThat(at(rows.get(3), RowColumns.PROBLEM))
        .isEqualTo("prompt: the caption d.txt has more than 65536 bytes, no more expected");
  }

  @Test
  void whatIsNoImageIsSkippedAndCounted() throws IOException {
    files("photos", "a.jpg", "notes.txt", ".DS_Store", "._a.jpg", "Thumbs.db", "README");
    files("photos", ".git/x.png", "x/@eaDir/a.jpg/THUMB.jpg", "x/b.jpg");
    Files.createDirectories(folder.resolve("photos/empty"));
    Manifest manifest = images().read(SPARK);
    assertThat(manifest.rows().collectAsList())
        .extracting(FolderManifestTest::id)
        .containsExactly("a.jpg", "x/b.jpg");
    assertThat(manifest.skipped())
        .extracting(Skipped::toString)
        .containsExactly(
            "5 files that are no images, such as .DS_Store",
            "1 empty folder, such as empty",
            "2 hidden folders, such as .git");
  }

  @Test
  void masksWithoutAnImageAreCounted() throws IOException {
    files("photos", "a.jpg");
    files("masks", "a.png", "b.png", "c.png", "Thumbs.db");
    assertThat(withMasks().read(SPARK).skipped())
        .hasToString(
            "[1 file that is no image, such as Thumbs.db, 2 masks without an image, such as b.png]");
  }

  @Test
  void aFolderOfMasksAmongTheImagesHasNoImages() throws IOException {
    files("photos", "a.jpg", "masks/a.png");
    Manifest manifest =
        new FolderManifest(images(folder), folder + "/photos/masks", null).read(SPARK);
    assertThat(masks(manifest.rows().collectAsList()))
        .containsExactly(Map.entry("a.jpg", folder + "/photos/masks/a.png"));
    assertThat(manifest.skipped()).isEmpty();
  }

  @Test
  void imagesAmongTheMasksAreNoMasks() throws IOException {
    files("all", "a.png", "photos/a.jpg");
    Manifest manifest =
        new FolderManifest(folder + "/all/photos", folder + "/all", null).read(SPARK);
    assertThat(masks(manifest.rows().collectAsList()))
        .containsExactly(Map.entry("a.jpg", folder + "/all/a.png"));
    assertThat(manifest.skipped()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "photos/*.jpg|a.jpg",
        "photos/{x,z}|x/b.jpg",
        "photos/*|a.jpg x/b.jpg y/c.png y/deep/d.jpg",
        "photos/*/*.jpg|x/b.jpg",
        "photos/**/*.jpg|a.jpg x/b.jpg y/deep/d.jpg",
        "photo[s]/y|photos/y/c.png photos/y/deep/d.jpg"
      })
  void aPatternSelectsImages(String pattern, String ids) throws IOException {
    files("photos", "a.jpg", "x/b.jpg", "y/c.png", "y/deep/d.jpg");
    List<Row> rows = rows(new FolderManifest(folder + "/" + pattern, null, null));
    assertThat(rows).extracting(FolderManifestTest::id).containsExactly(ids.split(" "));
  }

  /** The pattern is for images; masks and captions follow them. */
  @Test
  void masksAndCaptionsNeedNotMatchThePattern() throws IOException {
    files("photos", "a.jpg", "a_mask.png", "b.png", "b_mask.png", "notes.txt");
    Files.writeString(folder.resolve("photos/a.txt"), "a wall");
    Manifest manifest = new FolderManifest(folder + "/photos/*.jpg", null, "_mask").read(SPARK);
    Row row = manifest.rows().first();
    assertThat(masks(List.of(row))).containsEntry("a.jpg", folder + "/photos/a_mask.png");
    assertThat(at(row, RowColumns.PROMPT)).isEqualTo("a wall");
    assertThat(manifest.rows().count()).isEqualTo(1);
    assertThat(manifest.skipped()).isEmpty();
  }

  @Test
  void aFolderMayHaveTheCharactersOfAPatternInItsName() throws IOException {
    files("album [2024] {1}", "a.jpg");
    assertThat(rows(new FolderManifest(folder + "/album [2024] {1}", null, null))).hasSize(1);
  }

  @Test
  void linksToFoldersAreSkippedSoThatLoopsEnd() throws IOException {
    files("photos", "x/a.jpg");
    files("elsewhere", "secret.jpg");
    link("photos/x/loop", folder.resolve("photos"));
    link("photos/outside", folder.resolve("elsewhere"));
    Manifest manifest = images().read(SPARK);
    assertThat(manifest.rows().collectAsList())
        .extracting(FolderManifestTest::id)
        .containsExactly("x/a.jpg");
    assertThat(manifest.skipped()).hasToString("[2 links to folders, such as outside]");
  }

  @Test
  void theFolderItselfMayBeALink() throws IOException {
    files("elsewhere", "a.jpg");
    link("photos", folder.resolve("elsewhere"));
    assertThat(rows(images())).extracting(FolderManifestTest::id).containsExactly("a.jpg");
  }

  /** Otherwise a link could put any file of the machine into a prompt. */
  @Test
  void aCaptionThatLinksOutOfTheFolderIsNotRead() throws IOException {
    files("photos", "a.jpg");
    Files.writeString(folder.resolve("secret"), "password");
    link("photos/a.txt", folder.resolve("secret"));
    Row row = rows(images()).get(0);
    assertThat(at(row, RowColumns.CODE)).isEqualTo("ROW_INVALID");
    assertThat(at(row, RowColumns.PROBLEM).toString())
        .startsWith("prompt: the caption a.txt cannot be read")
        .doesNotContain("password");
  }

  @Test
  void aFolderWithoutImagesIsRefused() throws IOException {
    Files.createDirectories(folder.resolve("photos"));
    assertThat(refusal(images())).isEqualTo("no image found in %s/photos".formatted(folder));
    files("photos", "notes.txt");
    assertThat(refusal(images()))
        .endsWith("/photos. Skipped: 1 file that is no image, such as notes.txt");
  }

  /** Its images would be missing without a word. */
  @Test
  void aFolderThatMayNotBeListedIsRefused() throws IOException {
    files("photos", "a.jpg", "x/locked/b.jpg");
    LockedFileSystem.register(SPARK.sparkContext().hadoopConfiguration());
    assertThat(refusal(new FolderManifest("locked://" + images(folder), null, null)))
        .isEqualTo(
            "the folder locked:%s/photos/x/locked cannot be listed: permission to read it expected"
                .formatted(folder));
  }

  @Test
  void locationsOfOtherFileSystemsAreUris() throws IOException {
    files("photos", "a b#1.jpg");
    files("masks", "a b#1.png");
    LockedFileSystem.register(SPARK.sparkContext().hadoopConfiguration());
    Row row =
        rows(new FolderManifest(
                "locked://" + images(folder), "locked://" + folder + "/masks", null))
            .get(0);
    assertThat(at(row, RowColumns.INIT_IMAGE)).isEqualTo("locked:" + folder + "/photos/a b#1.jpg");
    assertThat(at(row, RowColumns.MASK_IMAGE)).isEqualTo("locked:" + folder + "/masks/a b#1.png");
  }

  @Test
  void whatIsMissingIsRefused() throws IOException {
    assertThat(refusal(images()))
        .isEqualTo(
            "spackle.manifest.images: the folder %s/photos does not exist".formatted(folder));
    files("photos", "a.jpg");
    assertThat(refusal(withMasks()))
        .isEqualTo("spackle.manifest.masks: the folder %s/masks does not exist".formatted(folder));
    assertThat(refusal(new FolderManifest(folder + "/photos/*.png", null, null)))
        .isEqualTo("no image found in %s/photos/*.png".formatted(folder));
    assertThat(refusal(new FolderManifest(folder + "/none/*.png", null, null)))
        .endsWith("/none does not exist");
    assertThat(refusal(new FolderManifest(folder + "/photos/a.jpg", null, null)))
        .endsWith("/photos/a.jpg is a file, a folder or a pattern expected");
    assertThat(refusal(new FolderManifest(folder + "/photos/[.jpg", null, null)))
        .contains("is not a pattern");
  }

  @Test
  void theFolderOfTheImagesIsNotThatOfTheirMasks() throws IOException {
    files("photos", "a.jpg", "a_mask.png");
    link("other", folder.resolve("photos"));
    assertThat(refusal(new FolderManifest(images(folder), folder + "/other", null)))
        .contains("is the folder of the images")
        .contains("set spackle.manifest.mask-suffix");
    assertThat(masks(rows(new FolderManifest(images(folder), folder + "/other", "_mask"))))
        .containsExactly(Map.entry("a.jpg", folder + "/photos/a_mask.png"));
  }

  @ParameterizedTest
  @CsvSource({
    "photos,photos,true",
    "photos,photos/out,true",
    "photos,link/out,true",
    "photos,out,false",
    "photos,photos2,false",
    "data/photos,data,true",
    "photos/*.jpg,photos/out,false",
    "photos/*,photos/out,true",
    "photos/x*,photos/out,false"
  })
  void anOutputInOrAroundTheFolderOverlaps(String images, String output, boolean expected)
      throws IOException {
    files("photos", "a.jpg");
    link("link", folder.resolve("photos"));
    FolderManifest manifest = new FolderManifest(folder + "/" + images, null, null);
    var path = new org.apache.hadoop.fs.Path(folder + "/" + output);
    assertThat(manifest.overlapping(path, List.of(), new Configuration()))
        .isEqualTo(expected ? List.of("manifest.images") : List.of());
  }

  @Test
  void anOutputInTheFolderOfMasksOverlaps() throws IOException {
    files("photos", "a.jpg");
    var path = new org.apache.hadoop.fs.Path(folder + "/masks/out");
    assertThat(withMasks().overlapping(path, List.of(), new Configuration()))
        .containsExactly("manifest.masks");
  }

  private FolderManifest images() {
    return new FolderManifest(images(folder), null, null);
  }

  private static String images(Path folder) {
    return folder + "/photos";
  }

  private FolderManifest withMasks() {
    return new FolderManifest(images(folder), folder + "/masks", null);
  }

  private void files(String root, String... names) throws IOException {
    for (String name : names) {
      Path file = folder.resolve(root).resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, "");
    }
  }

  private void link(String path, Path target) throws IOException {
    Files.createSymbolicLink(folder.resolve(path), target);
  }

  private static String refusal(FolderManifest manifest) {
    return catchThrowableOfType(RefusedException.class, () -> manifest.read(SPARK)).getMessage();
  }

  private static List<Row> rows(FolderManifest manifest) {
    return manifest.read(SPARK).rows().collectAsList();
  }

  private static Map<String, Object> masks(List<Row> rows) {
    Map<String, Object> masks = new TreeMap<>();
    rows.stream()
        .filter(row -> at(row, RowColumns.MASK_IMAGE) != null)
        .forEach(row -> masks.put(id(row), at(row, RowColumns.MASK_IMAGE)));
    return masks;
  }

  private static String id(Row row) {
    return row.getAs(RowColumns.ID);
  }

  private static Object at(Row row, String column) {
    return row.getAs(column);
  }
}
