package io.spackle.codec;

import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntUnaryOperator;

/** Mask files of all kinds that people send, and images that are no masks. */
final class MaskFiles {

  static final int WIDTH = 96;
  static final int HEIGHT = 72;

  private static final int GREY = 0;
  private static final int PALETTE = 3;
  private static final int RGB_ALPHA = 6;

  private MaskFiles() {}

  /** A few ellipses and bars, away from most of the border: levels 0 and 255. */
  static Mask shape(Random random) {
    byte[] levels = new byte[WIDTH * HEIGHT];
    for (int n = 0; n < 3; n++) {
      double centreX = 24 + random.nextInt(WIDTH - 48);
      double centreY = 20 + random.nextInt(HEIGHT - 40);
      double radiusX = 6 + random.nextInt(12);
      double radiusY = 6 + random.nextInt(10);
      boolean bar = random.nextInt(3) == 0;
      for (int i = 0; i < levels.length; i++) {
        double x = Math.abs(i % WIDTH - centreX) / radiusX;
        double y = Math.abs(i / WIDTH - centreY) / radiusY;
        if (bar ? x <= 1 && y <= 1 : x * x + y * y <= 1) {
          levels[i] = (byte) 255;
        }
      }
    }
    return new Mask(WIDTH, HEIGHT, levels);
  }

  /** A mask whose levels are the mean of the neighbourhood. */
  static Mask blurred(Mask mask, int radius) {
    byte[] levels = new byte[mask.levels().length];
    for (int i = 0; i < levels.length; i++) {
      long sum = 0;
      int count = 0;
      for (int y = i / WIDTH - radius; y <= i / WIDTH + radius; y++) {
        for (int x = i % WIDTH - radius; x <= i % WIDTH + radius; x++) {
          if (x >= 0 && y >= 0 && x < WIDTH && y < HEIGHT) {
            sum += mask.level(x, y);
            count++;
          }
        }
      }
      levels[i] = (byte) (sum / count);
    }
    return new Mask(WIDTH, HEIGHT, levels);
  }

  /** A natural-looking image: gradients, blobs and noise. */
  static RgbImage photo(Random random, int noise) {
    byte[] pixels = new byte[3 * WIDTH * HEIGHT];
    int[][] blobs = new int[12][];
    for (int n = 0; n < blobs.length; n++) {
      blobs[n] = random.ints(6, 0, 256).toArray();
    }
    double slope = random.nextDouble();
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
      int x = i % WIDTH;
      int y = i / WIDTH;
      for (int channel = 0; channel < 3; channel++) {
        double level = 40 + slope * x + (1 - slope) * y + 20 * channel;
        for (int[] blob : blobs) {
          double distance = Math.hypot(x - blob[0] * WIDTH / 256., y - blob[1] * HEIGHT / 256.);
          level +=
              (blob[2 + channel] - 110) * Math.exp(-Math.pow(distance / (4 + blob[5] / 16), 2));
        }
        level += noise * random.nextGaussian();
        pixels[3 * i + channel] = (byte) Math.max(0, Math.min(255, level));
      }
    }
    return new RgbImage(WIDTH, HEIGHT, pixels);
  }

  static RgbImage grey(RgbImage image) {
    return rgb(image.luma(), level -> level * 0x010101);
  }

  /** An image of one colour for each level. */
  static RgbImage rgb(Mask mask, IntUnaryOperator colour) {
    byte[] pixels = new byte[3 * mask.levels().length];
    for (int i = 0; i < mask.levels().length; i++) {
      int rgb = colour.applyAsInt(mask.levels()[i] & 0xFF);
      pixels[3 * i] = (byte) (rgb >> 16);
      pixels[3 * i + 1] = (byte) (rgb >> 8);
      pixels[3 * i + 2] = (byte) rgb;
    }
    return new RgbImage(mask.width(), mask.height(), pixels);
  }

  /** An 8-bit grey PNG. */
  static byte[] greyPng(Mask mask, IntUnaryOperator level) {
    byte[][] rows = new byte[mask.height()][mask.width()];
    for (int i = 0; i < mask.levels().length; i++) {
      rows[i / mask.width()][i % mask.width()] = (byte) level.applyAsInt(mask.levels()[i] & 0xFF);
    }
    return FileBuilder.png(mask.width(), 8, GREY, rows);
  }

  /** A PNG of one bit per pixel. */
  static byte[] bitPng(Mask mask) {
    byte[][] rows = new byte[mask.height()][mask.width() / 8];
    for (int i = 0; i < mask.levels().length; i++) {
      int x = i % mask.width();
      rows[i / mask.width()][x / 8] |= (byte) (mask.levels()[i] == 0 ? 0 : 0x80 >> x % 8);
    }
    return FileBuilder.png(mask.width(), 1, GREY, rows);
  }

  /** A PNG of 16 bits per sample, in which the masked region has one value. */
  static byte[] deepPng(Mask mask, int value) {
    byte[][] rows = new byte[mask.height()][2 * mask.width()];
    for (int i = 0; i < mask.levels().length; i++) {
      if (mask.levels()[i] != 0) {
        rows[i / mask.width()][2 * (i % mask.width())] = (byte) (value >> 8);
        rows[i / mask.width()][2 * (i % mask.width()) + 1] = (byte) value;
      }
    }
    return FileBuilder.png(mask.width(), 16, GREY, rows);
  }

  /** A PNG with a palette of two colours; the second one is masked. */
  static byte[] palettePng(Mask mask, int kept, int masked, byte[]... chunks) {
    byte[][] rows = new byte[mask.height()][mask.width()];
    for (int i = 0; i < mask.levels().length; i++) {
      rows[i / mask.width()][i % mask.width()] = (byte) (mask.levels()[i] == 0 ? 0 : 1);
    }
    byte[] colours = {
      (byte) (kept >> 16), (byte) (kept >> 8), (byte) kept,
      (byte) (masked >> 16), (byte) (masked >> 8), (byte) masked
    };
    return FileBuilder.png(
        mask.width(),
        8,
        PALETTE,
        rows,
        FileBuilder.join(FileBuilder.chunk("PLTE", colours), FileBuilder.join(chunks)));
  }

  /** An RGB PNG. */
  static byte[] rgbPng(RgbImage image) {
    return ImageCodec.encode(image, ImageFormat.PNG);
  }

  /** An RGBA PNG. */
  static byte[] layer(RgbImage colours, Mask alpha) {
    byte[][] rows = new byte[alpha.height()][4 * alpha.width()];
    for (int i = 0; i < alpha.levels().length; i++) {
      byte[] row = rows[i / alpha.width()];
      int at = 4 * (i % alpha.width());
      System.arraycopy(colours.pixels(), 3 * i, row, at, 3);
      row[at + 3] = alpha.levels()[i];
    }
    return FileBuilder.png(alpha.width(), 8, RGB_ALPHA, rows);
  }

  /** The mask with all levels scaled to a largest one. */
  static Mask scaled(Mask mask, int largest) {
    byte[] levels = mask.levels().clone();
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (byte) ((levels[i] & 0xFF) * largest / 255);
    }
    return new Mask(mask.width(), mask.height(), levels);
  }

  /** Colours multiplied by alpha. */
  static RgbImage premultiplied(RgbImage colours, Mask alpha) {
    byte[] pixels = colours.pixels().clone();
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) ((pixels[i] & 0xFF) * (alpha.levels()[i / 3] & 0xFF) / 255);
    }
    return new RgbImage(colours.width(), colours.height(), pixels);
  }

  /** One colour everywhere. */
  static RgbImage plain(int colour) {
    return rgb(new Mask(WIDTH, HEIGHT, new byte[WIDTH * HEIGHT]), level -> colour);
  }

  /** A gradient of colours from left to right, in which red, green and blue follow each other. */
  static RgbImage rainbow() {
    byte[] pixels = new byte[3 * WIDTH * HEIGHT];
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
      double hue = 3. * (i % WIDTH) / WIDTH;
      for (int channel = 0; channel < 3; channel++) {
        double distance = Math.min(Math.abs(hue - channel), 3 - Math.abs(hue - channel));
        pixels[3 * i + channel] = (byte) Math.round(255 * Math.max(0, 1 - distance));
      }
    }
    return new RgbImage(WIDTH, HEIGHT, pixels);
  }

  /** The mask with noise of at most some levels. */
  static Mask noisy(Mask mask, Random random, int noise) {
    byte[] levels = mask.levels().clone();
    for (int i = 0; i < levels.length; i++) {
      int level = (levels[i] & 0xFF) + random.nextInt(2 * noise + 1) - noise;
      levels[i] = (byte) Math.max(0, Math.min(255, level));
    }
    return new Mask(mask.width(), mask.height(), levels);
  }

  /** Horizontal stripes of grey levels. */
  static byte[] stripes(int... levels) {
    byte[][] rows = new byte[HEIGHT][WIDTH];
    for (int y = 0; y < HEIGHT; y++) {
      Arrays.fill(rows[y], (byte) levels[y * levels.length / HEIGHT]);
    }
    return FileBuilder.png(WIDTH, 8, GREY, rows);
  }
}
