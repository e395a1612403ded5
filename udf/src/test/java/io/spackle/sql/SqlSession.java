package io.spackle.sql;

import io.spackle.codec.ImageCodec;
import io.spackle.codec.ImageFormat;
import io.spackle.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** A Spark session with the extensions, and images in an allowed folder. */
final class SqlSession implements AutoCloseable {

  static final int SIDE = 64;

  private final SparkSession spark;
  private final Path folder;

  SqlSession(Path folder) throws IOException {
    this.folder = folder;
    Files.write(folder.resolve("grey.png"), png(0, (byte) 100));
    Files.write(folder.resolve("half.png"), png(SIDE / 2, (byte) 255));
    Files.writeString(folder.resolve("text.png"), "no image");
    this.spark =
        SparkSession.builder()
            .master("local[2]")
            .appName("sql")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.sql.extensions", SpackleExtensions.class.getName())
            .config("spark.spackle.model.device", "cpu")
            .config("spark.spackle.defaults.width", "64")
            .config("spark.spackle.defaults.height", "64")
            .config("spark.spackle.defaults.num-inference-steps", "2")
            .config("spark.spackle.batch.max-wait", "0ms")
            .config("spark.spackle.fetch.allow-files", "[" + folder + "]")
            .getOrCreate();
    // Not in the static configuration, whose model a session cannot change.
    spark.conf().set("spark.spackle.model.path", bundle("tiny-sd15-inpaint"));
  }

  SparkSession spark() {
    return spark;
  }

  /** The first row of a query; {@code $dir} is the folder of the images. */
  Row row(String query) {
    return spark.sql(query.replace("$dir", folder.toString())).head();
  }

  /** The first row of a query under temporary settings. */
  Row row(Map<String, String> settings, String query) {
    return under(settings, () -> row(query));
  }

  /** What is done under temporary settings. */
  <T> T under(Map<String, String> settings, Supplier<T> queries) {
    Map<String, String> before = new HashMap<>();
    settings.forEach(
        (key, value) -> {
          before.put(key, spark.conf().get(key, null));
          spark.conf().set(key, value);
        });
    try {
      return queries.get();
    } finally {
      before.forEach(
          (key, value) -> {
            if (value == null) {
              spark.conf().unset(key);
            } else {
              spark.conf().set(key, value);
            }
          });
    }
  }

  static String bundle(String name) {
    return Path.of(System.getProperty("bundles.dir"), name).toAbsolutePath().normalize().toString();
  }

  @Override
  public void close() {
    spark.stop();
  }

  /** Black to the left of a column, a level from there on. */
  private static byte[] png(int from, byte level) {
    byte[] pixels = new byte[3 * SIDE * SIDE];
    for (int y = 0; y < SIDE; y++) {
      int row = 3 * SIDE * y;
      Arrays.fill(pixels, row + 3 * from, row + 3 * SIDE, level);
    }
    return ImageCodec.encode(new RgbImage(SIDE, SIDE, pixels), ImageFormat.PNG);
  }
}
