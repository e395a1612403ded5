package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.spackle.codec.DecodeLimits;
import io.spackle.codec.ImageCodec;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import io.spackle.metadata.ImageMetadata;
import io.spackle.metadata.ImageMetadata.Colours;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pixels of photos from files and a web server are bit-identical outside the mask. */
class KeptPixelsTest {

  private static final String MASK = "_mask.png";
  private static final int SIDE = 64;

  /** The image size in rows. */
  private enum RowSize {
    OF_PHOTO,
    NONE
  }

  @TempDir Path folder;

  private HttpServer server;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/photos/", KeptPixelsTest::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  /** The model works at another size; the result has the size of the photo. */
  @Test
  void resultsKeepThePhotosSize() throws IOException {
    inpaint("image.resize = original, defaults { width = 128, height = 128 }", RowSize.NONE);
  }

  /** The rows request the size of the photo. */
  @Test
  void photosThatFitAreNotResized() throws IOException {
    inpaint("image.resize = fit", RowSize.OF_PHOTO);
  }

  @Test
  void eraseModelKeepsUnmaskedPixels() throws IOException {
    inpaint(
        "image.resize = original, model.path = \"" + TestJob.bundle("tiny-erase-migan") + '"',
        RowSize.NONE);
  }

  @Test
  void eraseModelOfFixedSizeKeepsUnmaskedPixels() throws IOException {
    inpaint(
        "image { resize = original, crop-padding = 16 }, model.path = \""
            + TestJob.bundle("tiny-erase-floats")
            + '"',
        RowSize.NONE);
  }

  /** A transparent 16-bit PNG in its format: samples outside the mask, alpha and profile stay. */
  @Test
  void transparencyDepthAndProfileOfAFileAreKept() throws IOException {
    BufferedImage before = transparent();
    byte[] profile = ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData();
    Path png = folder.resolve("cut-out.png");
    Files.write(png, withProfile(png(before), profile));
    Path mask =
        ImageFiles.write(
            folder.resolve("mask.png"), SIDE, SIDE, (x, y) -> isMasked(x, y) ? 255 : 0);
    String rows =
        """
        {"id": "a", "init_image": "%s", "mask_image": "%s", "prompt": "a wall"}
        """
            .formatted(png.toUri(), mask.toUri());
    String conf =
        "image.resize = original, output.image-format = source, fetch.allow-files = [\"%s\"]";
    TestJob job = TestJob.run(folder, rows, conf(conf.formatted(folder)));
    byte[] result = Files.readAllBytes(job.image("a", 0));
    Raster after = ImageIO.read(new ByteArrayInputStream(result)).getRaster();
    assertThat(ImageMetadata.read(result).icc()).contains(profile);
    assertThat(job.meta().get("a").<String>getList(job.meta().get("a").fieldIndex("notes")))
        .containsExactly("GENERATED_IN_8_BITS");
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        int[] samples = after.getPixel(x, y, new int[4]);
        if (isMasked(x, y)) {
          assertThat(samples[3]).isEqualTo(0xFFFF); // what a model generates is opaque
        } else {
          assertThat(samples).isEqualTo(before.getRaster().getPixel(x, y, new int[4]));
        }
      }
    }
  }

  private static boolean isMasked(int x, int y) {
    return x >= 20 && x < 40 && y >= 30 && y < 50;
  }

  /** Random 16-bit RGBA samples. */
  private static BufferedImage transparent() {
    ComponentColorModel model =
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_sRGB),
            true,
            false,
            Transparency.TRANSLUCENT,
            DataBuffer.TYPE_USHORT);
    WritableRaster raster = model.createCompatibleWritableRaster(SIDE, SIDE);
    raster.setPixels(0, 0, SIDE, SIDE, new Random(1).ints(4L * SIDE * SIDE, 0, 1 << 16).toArray());
    return new BufferedImage(model, raster, false, null);
  }

  private static byte[] png(BufferedImage image) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }

  private static byte[] withProfile(byte[] png, byte[] profile) {
    Colours colours = new Colours(Optional.of(profile), List.of());
    return new ImageMetadata(
            colours, ImageMetadata.NONE.descriptions(), Optional.empty(), Optional.empty())
        .writeInto(png);
  }

  private void inpaint(String conf, RowSize size) throws IOException {
    StringBuilder rows = new StringBuilder();
    for (String photo : photos()) {
      rows.append(row(photo, "file", TestJob.photos() + "/", size));
      rows.append(
          row(
              photo,
              "web",
              "http://127.0.0.1:" + server.getAddress().getPort() + "/photos/",
              size));
    }
    TestJob job = TestJob.run(folder, rows.toString(), conf(conf));
    for (Row row : job.meta().values()) {
      Row quality = row.getAs("quality");
      assertThat(quality.<Long>getList(quality.fieldIndex("kept_pixels_changed")))
          .as("what the row %s says", row)
          .containsExactly(0L);
    }
    for (String photo : photos()) {
      compare(photo, job.image(photo + " file", 0));
      compare(photo, job.image(photo + " web", 0));
    }
  }

  private static String row(String photo, String from, String base, RowSize size)
      throws IOException {
    RgbImage image = ImageFiles.read(TestJob.photos().resolve(photo + ".png"));
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    row.put("id", photo + " " + from);
    row.put("init_image", base + photo + ".png");
    row.put("mask_image", base + photo + MASK);
    row.put("prompt", "a red cat");
    if (size == RowSize.OF_PHOTO) {
      row.put("width", image.width());
      row.put("height", image.height());
    }
    return row + "\n";
  }

  private static String conf(String more) {
    return """
    spackle {
      model.path = "%s"
      defaults { num-inference-steps = 2, seed = 5 }
      fetch { allow-files = ["%s"], allow-private = ["127.0.0.1"] }
      %s
    }
    """
        .formatted(TestJob.bundle("tiny-sd15-inpaint"), TestJob.photos(), more);
  }

  private static void compare(String photo, Path result) throws IOException {
    RgbImage before = ImageFiles.read(TestJob.photos().resolve(photo + ".png"));
    RgbImage after = ImageFiles.read(result);
    Mask mask = mask(photo);
    assertThat(List.of(after.width(), after.height()))
        .isEqualTo(List.of(before.width(), before.height()));
    int outside = 0;
    int inside = 0;
    int masked = 0;
    for (int pixel = 0; pixel < mask.levels().length; pixel++) {
      boolean isMasked = (mask.levels()[pixel] & 0xff) >= 128;
      boolean differs = !same(before, after, pixel);
      masked += isMasked ? 1 : 0;
      inside += isMasked && differs ? 1 : 0;
      outside += !isMasked && differs ? 1 : 0;
    }
    assertThat(outside).as("changed pixels outside the mask of %s", result).isZero();
    assertThat(masked).as("masked pixels of %s", photo).isPositive();
    assertThat(inside).as("changed pixels inside").isGreaterThan(masked * 9 / 10);
  }

  private static boolean same(RgbImage one, RgbImage other, int pixel) {
    for (int i = 3 * pixel; i < 3 * pixel + 3; i++) {
      if (one.pixels()[i] != other.pixels()[i]) {
        return false;
      }
    }
    return true;
  }

  private static Mask mask(String photo) throws IOException {
    byte[] bytes = Files.readAllBytes(TestJob.photos().resolve(photo + MASK));
    return ImageCodec.decodeMask(bytes, DecodeLimits.defaults());
  }

  /** The names of all photos that have a mask. */
  private static List<String> photos() throws IOException {
    try (Stream<Path> files = Files.list(TestJob.photos())) {
      List<String> photos =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(MASK))
              .map(name -> name.substring(0, name.length() - MASK.length()))
              .sorted()
              .toList();
      assertThat(photos).hasSizeGreaterThan(2);
      return photos;
    }
  }

  private static void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String name = Path.of(exchange.getRequestURI().getPath()).getFileName().toString();
      byte[] bytes = Files.readAllBytes(TestJob.photos().resolve(name));
      exchange.getResponseHeaders().add("Content-Type", "image/png");
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }
}
