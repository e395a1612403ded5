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
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Photos from files and from a web server come back as they were, but for what is masked. */
class KeptPixelsTest {

  private static final String MASK = "_mask.png";

  /** The size that rows ask for. */
  private enum Asked {
    OWN_SIZE,
    NOTHING
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

  /** The model works at another size, the result has the photo's own. */
  @Test
  void resultsKeepThePhotosSize() throws IOException {
    paint("image.resize = original, defaults { width = 128, height = 128 }", Asked.NOTHING);
  }

  /** The rows ask for the photo's own size. */
  @Test
  void photosThatFitAreNotResized() throws IOException {
    paint("image.resize = fit", Asked.OWN_SIZE);
  }

  @Test
  void eraseModelKeepsUnmaskedPixels() throws IOException {
    paint(
        "image.resize = original, model.path = \"" + TestJob.bundle("tiny-erase-migan") + '"',
        Asked.NOTHING);
  }

  @Test
  void eraseModelOfFixedSizeKeepsUnmaskedPixels() throws IOException {
    paint(
        "image { resize = original, crop-padding = 16 }, model.path = \""
            + TestJob.bundle("tiny-erase-floats")
            + '"',
        Asked.NOTHING);
  }

  private void paint(String conf, Asked size) throws IOException {
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
    for (String photo : photos()) {
      compare(photo, job.image(photo + " file", 0));
      compare(photo, job.image(photo + " web", 0));
    }
  }

  private static String row(String photo, String from, String base, Asked size) throws IOException {
    RgbImage image = ImageFiles.read(TestJob.photos().resolve(photo + ".png"));
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    row.put("id", photo + " " + from);
    row.put("init_image", base + photo + ".png");
    row.put("mask_image", base + photo + MASK);
    row.put("prompt", "a red cat");
    if (size == Asked.OWN_SIZE) {
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

  private static void compare(String photo, Path painted) throws IOException {
    RgbImage before = ImageFiles.read(TestJob.photos().resolve(photo + ".png"));
    RgbImage after = ImageFiles.read(painted);
    Mask mask = mask(photo);
    assertThat(List.of(after.width(), after.height()))
        .isEqualTo(List.of(before.width(), before.height()));
    int outside = 0;
    int inside = 0;
    int masked = 0;
    for (int pixel = 0; pixel < mask.levels().length; pixel++) {
      boolean repaints = (mask.levels()[pixel] & 0xff) >= 128;
      boolean differs = !same(before, after, pixel);
      masked += repaints ? 1 : 0;
      inside += repaints && differs ? 1 : 0;
      outside += !repaints && differs ? 1 : 0;
    }
    assertThat(outside).as("changed pixels outside the mask of %s", painted).isZero();
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
