package io.spackle.image;

/**
 * The values in which the soft edge of an object was mixed with its background: linear light by a
 * lens, stored levels by most software.
 */
enum Light {
  LINEAR {
    @Override
    float value(byte level) {
      return LinearLight.of(level);
    }

    @Override
    byte level(float value) {
      return LinearLight.level(value);
    }
  },
  STORED {
    @Override
    float value(byte level) {
      return (level & 0xFF) / 255f;
    }

    @Override
    byte level(float value) {
      return (byte) Math.round(255 * Math.max(0, Math.min(1, value)));
    }
  };

  /** How far from a soft pixel its pure colours are searched. */
  private static final int REACH = 8;

  private static final int[][] DIRECTIONS = {
    {1, 0}, {1, 1}, {0, 1}, {-1, 1}, {-1, 0}, {-1, -1}, {0, -1}, {1, -1}
  };

  /** The value of a level, 0 to 1. */
  abstract float value(byte level);

  /** The level of a value; values outside 0 to 1 are clamped. */
  abstract byte level(float value);

  /**
   * The light in which mixtures of the colours nearby explain the soft pixels of a photo better.
   *
   * @param matte of the same size: 0 on the object, 255 on its background
   */
  static Light of(RgbImage photo, Mask matte) {
    double[] errors = new double[values().length];
    for (int i = 0; i < matte.levels().length; i++) {
      if (Matte.isSoft(matte.levels()[i])) {
        int object = nearest(matte, i, (byte) 0);
        int background = nearest(matte, i, (byte) 255);
        if (object >= 0 && background >= 0) {
          for (Light light : values()) {
            errors[light.ordinal()] += light.error(photo, matte, new int[] {i, object, background});
          }
        }
      }
    }
    return errors[STORED.ordinal()] < errors[LINEAR.ordinal()] ? STORED : LINEAR;
  }

  /** The squared difference of a pixel and the mixture of two others, in levels. */
  private double error(RgbImage photo, Mask matte, int[] places) {
    float share = (matte.levels()[places[0]] & 0xFF) / 255f;
    double sum = 0;
    for (int channel = 0; channel < RgbImage.CHANNELS; channel++) {
      float object = value(photo.pixels()[RgbImage.CHANNELS * places[1] + channel]);
      float background = value(photo.pixels()[RgbImage.CHANNELS * places[2] + channel]);
      int expected = level(object + share * (background - object)) & 0xFF;
      int difference = expected - (photo.pixels()[RgbImage.CHANNELS * places[0] + channel] & 0xFF);
      sum += difference * difference;
    }
    return sum;
  }

  /** The nearest pixel of a level in eight directions, or -1 if there is none within reach. */
  private static int nearest(Mask matte, int at, byte level) {
    int x = at % matte.width();
    int y = at / matte.width();
    for (int distance = 1; distance <= REACH; distance++) {
      for (int[] direction : DIRECTIONS) {
        int otherX = x + distance * direction[0];
        int otherY = y + distance * direction[1];
        if (otherX >= 0 && otherX < matte.width() && otherY >= 0 && otherY < matte.height()) {
          int other = otherY * matte.width() + otherX;
          if (matte.levels()[other] == level) {
            return other;
          }
        }
      }
    }
    return -1;
  }
}
