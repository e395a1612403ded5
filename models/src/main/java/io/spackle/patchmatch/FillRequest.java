package io.spackle.patchmatch;

import io.spackle.image.Mask;
import io.spackle.image.Region;
import io.spackle.image.RgbImage;
import java.util.Optional;

/**
 * An image with a hole, and what may be copied into it.
 *
 * @param image any size
 * @param hole of the image's size; pixels of at least 128 are filled
 * @param excluded of the image's size; pixels of at least 128 are never copied
 * @param opaque of the image's size; pixels below 128 have no colour: they are neither copied nor
 *     compared
 * @param seed fills of different seeds differ
 */
public record FillRequest(
    RgbImage image, Mask hole, Optional<Mask> excluded, Optional<Mask> opaque, long seed) {

  public FillRequest {
    requireSize(image, hole, "hole");
    excluded.ifPresent(mask -> requireSize(image, mask, "exclusion"));
    opaque.ifPresent(mask -> requireSize(image, mask, "opacity"));
  }

  private static void requireSize(RgbImage image, Mask mask, String name) {
    if (mask.width() != image.width() || mask.height() != image.height()) {
      throw new IllegalArgumentException(
          "the "
              + name
              + " mask is "
              + mask.width()
              + " x "
              + mask.height()
              + " pixels, expected the image's "
              + image.width()
              + " x "
              + image.height());
    }
  }

  /** A request that may copy every pixel outside the hole. */
  public static FillRequest of(RgbImage image, Mask hole, long seed) {
    return new FillRequest(image, hole, Optional.empty(), Optional.empty(), seed);
  }

  /** This request with pixels that are never copied. */
  public FillRequest excluding(Mask mask) {
    return new FillRequest(image, hole, Optional.of(mask), opaque, seed);
  }

  /** This request with the pixels that have a colour at all. */
  public FillRequest withOpaque(Mask mask) {
    return new FillRequest(image, hole, excluded, Optional.of(mask), seed);
  }

  private byte kind(int x, int y) {
    if (hole.isMasked(x, y)) {
      return Level.HOLE;
    }
    if (opaque.isPresent() && !opaque.get().isMasked(x, y)) {
      return Level.VOID;
    }
    return excluded.isPresent() && excluded.get().isMasked(x, y) ? Level.EXCLUDED : Level.SOURCE;
  }

  /** Whether any pixel may be copied. */
  public boolean hasSources() {
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        if (kind(x, y) == Level.SOURCE) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether a part of the image has as many pixels to copy as it has to fill. */
  boolean hasEnoughSources(Region region) {
    int surplus = 0;
    for (int y = region.top(); y < region.bottom(); y++) {
      for (int x = region.left(); x < region.right(); x++) {
        byte kind = kind(x, y);
        surplus += kind == Level.SOURCE ? 1 : kind == Level.HOLE ? -1 : 0;
      }
    }
    return surplus >= 0;
  }

  /** A part of the image as the finest level of a pyramid. */
  Level level(Region region) {
    int width = region.right() - region.left();
    int height = region.bottom() - region.top();
    long[] colours = new long[width * height];
    byte[] kinds = new byte[colours.length];
    byte[] bytes = image.pixels();
    for (int at = 0; at < colours.length; at++) {
      int x = region.left() + at % width;
      int y = region.top() + at / width;
      int from = RgbImage.CHANNELS * (y * image.width() + x);
      colours[at] = Packed.of(bytes[from] & 0xFF, bytes[from + 1] & 0xFF, bytes[from + 2] & 0xFF);
      kinds[at] = kind(x, y);
    }
    return Level.of(width, height, colours, kinds);
  }

  /** Writes the pixels of the hole that a filled part of the image has into the image's bytes. */
  void write(Level level, Region region, byte[] bytes) {
    for (int at : level.holePixels()) {
      int x = region.left() + at % level.width();
      int y = region.top() + at / level.width();
      if (hole.isMasked(x, y)) { // transparent pixels nearby were filled too
        int to = RgbImage.CHANNELS * (y * image.width() + x);
        bytes[to] = (byte) Packed.red(level.pixels()[at]);
        bytes[to + 1] = (byte) Packed.green(level.pixels()[at]);
        bytes[to + 2] = (byte) Packed.blue(level.pixels()[at]);
      }
    }
  }
}
