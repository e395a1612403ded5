package io.spackle.image;

import com.fasterxml.jackson.databind.JsonNode;
import io.spackle.codec.DecodeLimits;
import io.spackle.codec.ImageCodec;
import io.spackle.codec.MaskOptions;
import io.spackle.codec.MaskRule;
import io.spackle.golden.Goldens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Golden and generated images. */
public final class TestImages {

  private TestImages() {}

  /** A list of vectors/images.json. */
  static Iterable<JsonNode> vectors(String list) throws IOException {
    Path file = Goldens.file("vectors/images.json");
    JsonNode entries = Goldens.json(file).get(list);
    if (entries == null || entries.isEmpty()) {
      throw new IOException(file + " has no " + list);
    }
    return entries;
  }

  static RgbImage image(JsonNode name) throws IOException {
    return ImageCodec.decode(bytes(name), DecodeLimits.defaults());
  }

  static Mask mask(JsonNode name) throws IOException {
    MaskOptions luma = MaskOptions.defaults().withRule(MaskRule.LUMA);
    return ImageCodec.decodeMask(bytes(name), DecodeLimits.defaults().withMasks(luma));
  }

  static Mask photoMask(JsonNode name) throws IOException {
    byte[] bytes = Files.readAllBytes(Goldens.photo(name.asText()));
    return ImageCodec.decodeMask(bytes, DecodeLimits.defaults());
  }

  /** A file in images/. */
  public static byte[] file(String name) throws IOException {
    return Files.readAllBytes(Goldens.ownFile("images").resolve(name));
  }

  private static byte[] bytes(JsonNode name) throws IOException {
    return Files.readAllBytes(Goldens.file("vectors/images").resolve(name.asText()));
  }

  static Region region(JsonNode corners) {
    return new Region(
        corners.get(0).asInt(),
        corners.get(1).asInt(),
        corners.get(2).asInt(),
        corners.get(3).asInt());
  }

  public static RgbImage random(Random random, int width, int height) {
    byte[] pixels = new byte[3 * width * height];
    random.nextBytes(pixels);
    return new RgbImage(width, height, pixels);
  }

  /** Smooth colours, which JPEG reproduces closely. */
  public static RgbImage gradient(int width, int height) {
    byte[] pixels = new byte[3 * width * height];
    for (int i = 0; i < width * height; i++) {
      int x = i % width;
      int y = i / width;
      pixels[3 * i] = (byte) (255 * x / width);
      pixels[3 * i + 1] = (byte) (255 * y / height);
      pixels[3 * i + 2] = (byte) (255 - 128 * x / width - 127 * y / height);
    }
    return new RgbImage(width, height, pixels);
  }

  static Mask blank(int width, int height) {
    return new Mask(width, height, new byte[width * height]);
  }

  /** A mask with a rectangle of a level. */
  public static Mask rectangle(int width, int height, Region rectangle, int level) {
    Mask mask = blank(width, height);
    for (int y = rectangle.top(); y < rectangle.bottom(); y++) {
      for (int x = rectangle.left(); x < rectangle.right(); x++) {
        mask.levels()[y * width + x] = (byte) level;
      }
    }
    return mask;
  }

  /** The colour of a pixel, 0xRRGGBB. */
  public static int rgb(RgbImage image, int x, int y) {
    int at = 3 * (y * image.width() + x);
    byte[] pixels = image.pixels();
    return (pixels[at] & 0xFF) << 16 | (pixels[at + 1] & 0xFF) << 8 | pixels[at + 2] & 0xFF;
  }

  /** The largest difference between corresponding samples. */
  public static int distance(byte[] some, byte[] other) {
    if (some.length != other.length) {
      throw new IllegalArgumentException(some.length + " bytes compared to " + other.length);
    }
    int largest = 0;
    for (int i = 0; i < some.length; i++) {
      largest = Math.max(largest, Math.abs((some[i] & 0xFF) - (other[i] & 0xFF)));
    }
    return largest;
  }
}
