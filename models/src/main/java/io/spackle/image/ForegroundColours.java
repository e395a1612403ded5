package io.spackle.image;

import java.util.Arrays;

/**
 * The colours of an object at its soft edge, where a photo shows a mixture of it and of its
 * background.
 *
 * <p>Algorithm: T. Germer, T. Uelwer, S. Conrad, S. Harmeling, "Fast Multi-Level Foreground
 * Estimation" (2020). Foreground and background are those whose mixture is the photo and which
 * change least where the opacity changes; they are improved from coarse levels to fine ones. The
 * nearest pixel stands for a coarse one.
 */
final class ForegroundColours {

  /** Of the paper: the weight of smoothness anywhere, in addition to that where opacity changes. */
  private static final float SMOOTHNESS = 1e-5f;

  /** Of the paper: levels up to this side are cheap, and get more rounds. */
  private static final int SMALL_SIDE = 32;

  /** From this side on the colour that cannot be seen is not smoothed further: it is smooth. */
  private static final int SMOOTH_SIDE = 128;

  private static final int ROUNDS_SMALL = 10;
  private static final int ROUNDS = 2;

  private final RgbImage photo;
  private final float[] opacities = new float[256];
  private final Mask matte;
  private final Light light;

  private ForegroundColours(RgbImage photo, Mask matte, Light light) {
    this.photo = photo;
    this.matte = matte;
    this.light = light;
    for (int level = 0; level < opacities.length; level++) {
      opacities[level] = 1 - level / 255f;
    }
  }

  /**
   * The photo with the colours of the object at its soft edge.
   *
   * @param matte of the same size: 0 on the object, 255 on its background
   */
  static RgbImage estimate(RgbImage photo, Mask matte) {
    Light light = Light.of(photo, matte);
    ForegroundColours colours = new ForegroundColours(photo, matte, light);
    byte[] pixels = photo.pixels().clone();
    for (int channel = 0; channel < RgbImage.CHANNELS; channel++) {
      float[] foreground = colours.channel(channel);
      for (int i = 0; i < foreground.length; i++) {
        if (Matte.isSoft(matte.levels()[i])) {
          pixels[RgbImage.CHANNELS * i + channel] = light.level(foreground[i]);
        }
      }
    }
    return new RgbImage(photo.width(), photo.height(), pixels);
  }

  private float[] channel(int channel) {
    int side = Math.max(photo.width(), photo.height());
    Level level = new Level(1, 1, channel);
    level.foreground[0] = mean(channel, (byte) 0);
    level.background[0] = mean(channel, (byte) 255);
    for (int depth = 31 - Integer.numberOfLeadingZeros(side); depth >= 0; depth--) {
      int width = Math.max(1, photo.width() >> depth);
      int height = Math.max(1, photo.height() >> depth);
      level = new Level(width, height, channel).startingWith(level);
      int rounds = Math.max(width, height) <= SMALL_SIDE ? ROUNDS_SMALL : ROUNDS;
      for (int round = 0; round < rounds; round++) {
        level.improve();
      }
    }
    return level.foreground;
  }

  /** The mean value of the pixels of a level; of all pixels if there are none. */
  private float mean(int channel, byte level) {
    double sum = 0;
    double all = 0;
    int count = 0;
    for (int i = 0; i < matte.levels().length; i++) {
      float value = value(i, channel);
      all += value;
      if (matte.levels()[i] == level) {
        sum += value;
        count++;
      }
    }
    return (float) (count > 0 ? sum / count : all / matte.levels().length);
  }

  private float value(int pixel, int channel) {
    return light.value(photo.pixels()[RgbImage.CHANNELS * pixel + channel]);
  }

  /** One channel of foreground and background at one size. */
  private final class Level {

    private final int width;
    private final int height;
    private final int channel;
    private final int[] columns; // of the photo
    private final int[] rows; // the index in the photo of their first pixels
    private final float[] foreground;
    private final float[] background;

    Level(int width, int height, int channel) {
      this.width = width;
      this.height = height;
      this.channel = channel;
      this.columns = new int[width];
      this.rows = new int[height];
      this.foreground = new float[width * height];
      this.background = new float[width * height];
      Arrays.setAll(columns, x -> (int) ((long) x * photo.width() / width));
      Arrays.setAll(rows, y -> (int) ((long) y * photo.height() / height) * photo.width());
    }

    Level startingWith(Level coarse) {
      for (int y = 0; y < height; y++) {
        int row = y * coarse.height / height * coarse.width;
        for (int x = 0; x < width; x++) {
          int from = row + x * coarse.width / width;
          foreground[y * width + x] = coarse.foreground[from];
          background[y * width + x] = coarse.background[from];
        }
      }
      return this;
    }

    void improve() {
      boolean isLarge = Math.max(width, height) > SMOOTH_SIDE;
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          byte plain = matte.levels()[rows[y] + columns[x]];
          if (isLarge && !Matte.isSoft(plain) && isSurroundedBy(plain, x, y)) {
            float[] visible = plain == 0 ? foreground : background;
            visible[y * width + x] = value(rows[y] + columns[x], channel);
          } else {
            improve(x, y);
          }
        }
      }
    }

    private boolean isSurroundedBy(byte level, int x, int y) {
      byte[] levels = matte.levels();
      return (x == 0 || levels[rows[y] + columns[x - 1]] == level)
          && (x == width - 1 || levels[rows[y] + columns[x + 1]] == level)
          && (y == 0 || levels[rows[y - 1] + columns[x]] == level)
          && (y == height - 1 || levels[rows[y + 1] + columns[x]] == level);
    }

    /** Solves the two equations of a pixel, in which its neighbours are constant. */
    private void improve(int x, int y) {
      int at = y * width + x;
      int source = rows[y] + columns[x];
      float value = value(source, channel);
      float opacity = opacities[matte.levels()[source] & 0xFF];
      float rest = 1 - opacity;
      float ofForeground = opacity * value;
      float ofBackground = rest * value;
      float weights = 0;
      for (int side = 0; side < 4; side++) {
        int nextX = x + (side == 0 ? -1 : side == 1 ? 1 : 0);
        int nextY = y + (side == 2 ? -1 : side == 3 ? 1 : 0);
        if (nextX >= 0 && nextX < width && nextY >= 0 && nextY < height) {
          byte other = matte.levels()[rows[nextY] + columns[nextX]];
          float weight = SMOOTHNESS + Math.abs(opacity - opacities[other & 0xFF]);
          int next = nextY * width + nextX;
          weights += weight;
          ofForeground += weight * foreground[next];
          ofBackground += weight * background[next];
        }
      }
      float a = opacity * opacity + weights;
      float b = opacity * rest;
      float c = rest * rest + weights;
      float determinant = a * c - b * b;
      if (determinant > 0) { // else an image of one pixel
        foreground[at] = clamped((c * ofForeground - b * ofBackground) / determinant);
        background[at] = clamped((a * ofBackground - b * ofForeground) / determinant);
      }
    }
  }

  private static float clamped(float value) {
    return Math.max(0, Math.min(1, value));
  }
}
