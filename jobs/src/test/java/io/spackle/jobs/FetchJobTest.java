package io.spackle.jobs;

import static io.spackle.row.ErrorCode.FETCH_TOO_LARGE;
import static io.spackle.row.ErrorCode.IMAGE_CORRUPT;
import static io.spackle.row.ErrorCode.URL_INVALID;
import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.row.Sha256;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images that rows contain themselves, and URLs that only a browser would accept. */
class FetchJobTest {

  private static final String BASE64 = "data:image/png;base64,";

  @TempDir static Path folder;

  private static JobRows rows;
  private static byte[] photo;

  /** A file of about 150 KB, longer than other texts of a row may be. */
  private static byte[] large;

  @BeforeAll
  static void run() throws Exception {
    rows = new JobRows(folder);
    photo = Files.readAllBytes(rows.file("photo.png"));
    byte[] mask = Files.readAllBytes(rows.file("mask.png"));
    Random grain = new Random(1);
    ImageFiles.write(folder.resolve("large.png"), 256, 256, (x, y) -> grain.nextInt(256));
    large = Files.readAllBytes(folder.resolve("large.png"));
    try (FaultyServer host = new FaultyServer()) {
      host.on("/my photo|ü[1]%.png", 200, photo); // by its decoded path
      rows.row("file", "seed", 1);
      rows.row(
          "data", "seed", 1, "init_image", BASE64 + base64(photo), "mask_image", percent(mask));
      rows.row("large", "init_image", BASE64 + base64(large), "mask_image", BASE64 + base64(mask));
      rows.row("unused", "reference_image", BASE64 + base64(large));
      rows.row("url", "seed", 1, "init_image", host.url("/my photo|ü[1]%.png"));
      rows.row("broken", "init_image", BASE64 + "!" + base64(large));
      rows.row("cut", "init_image", BASE64 + base64(Arrays.copyOf(photo, photo.length / 2)));
      rows.row("too large", "init_image", BASE64 + base64(new byte[1 << 20]));
      rows.run("spackle.fetch { max-bytes = 500KiB, allow-private = [127.0.0.1] }");
    }
  }

  @Test
  void aContainedImageIsTheSameAsAFile() {
    assertThat(rows.image("data").pixels()).isEqualTo(rows.image("file").pixels());
    assertThat(rows.image("large").width()).isEqualTo(256);
    Row digests = rows.of("data").getAs("digests");
    assertThat(digests.<String>getAs("init_image")).isEqualTo(Sha256.hex(photo));
  }

  @Test
  void aUrlIsEncodedAsInABrowser() {
    assertThat(rows.image("url").pixels()).isEqualTo(rows.image("file").pixels());
  }

  @Test
  void metaRowsDescribeAContainedImageInsteadOfRepeatingIt() {
    assertThat(init("data")).isEqualTo(described(photo));
    assertThat(init("large")).isEqualTo(described(large));
    assertThat(init("cut")).startsWith(BASE64 + "...(").endsWith(")");
    assertThat(init("broken")).matches("data:image/png;base64,...\\(\\d+ characters\\)");
    assertThat(JobRows.code(rows.of("unused"))).isEqualTo("REFERENCE_UNUSED");
    assertThat(rows.of("unused").<Row>getAs("meta").<String>getAs("reference_image"))
        .isEqualTo(described(large));
    assertThat(rows.meta().toString() + rows.result().messages())
        .doesNotContain(base64(photo).substring(0, 40), base64(large).substring(0, 40));
  }

  @Test
  void failuresDescribeItToo() {
    rows.isFailed("broken", URL_INVALID, BASE64 + "...(", "Base64 expected");
    rows.isFailed("cut", IMAGE_CORRUPT);
    rows.isFailed("too large", FETCH_TOO_LARGE, "(1048576 bytes, sha256:", "fetch.max-bytes");
  }

  private static String init(String id) {
    return rows.of(id).<Row>getAs("meta").getAs("init_image");
  }

  private static String described(byte[] file) {
    return BASE64 + "...(" + file.length + " bytes, sha256:" + Sha256.hex(file) + ")";
  }

  private static String base64(byte[] file) {
    return Base64.getEncoder().encodeToString(file);
  }

  private static String percent(byte[] file) {
    return "data:image/png," + HexFormat.ofDelimiter("").withPrefix("%").formatHex(file);
  }
}
