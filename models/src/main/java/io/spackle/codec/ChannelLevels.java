package io.spackle.codec;

import io.spackle.image.Mask;
import io.spackle.image.Plane;
import io.spackle.image.RgbImage;
import java.util.Optional;

/** The brightness levels of an image, by several measures. */
final class ChannelLevels {

  /** The largest difference of channels in a grey image: JPEG and profiles tint it a little. */
  private static final int GREY_SPREAD = 32;

  private ChannelLevels() {}

  /** The largest channel of each pixel: 0 is black, and any pure colour is 255. */
  static Mask brightest(RgbImage image) {
    byte[] pixels = image.pixels();
    byte[] levels = new byte[image.width() * image.height()];
    for (int i = 0, from = 0; i < levels.length; i++, from += RgbImage.CHANNELS) {
      int redGreen = Math.max(pixels[from] & 0xFF, pixels[from + 1] & 0xFF);
      levels[i] = (byte) Math.max(redGreen, pixels[from + 2] & 0xFF);
    }
    return new Mask(image.width(), image.height(), levels);
  }

  /** The smallest channel of each pixel: 255 is white, and any pure colour is 0. */
  static Mask darkest(RgbImage image) {
    byte[] pixels = image.pixels();
    byte[] levels = new byte[image.width() * image.height()];
    for (int i = 0, from = 0; i < levels.length; i++, from += RgbImage.CHANNELS) {
      int redGreen = Math.min(pixels[from] & 0xFF, pixels[from + 1] & 0xFF);
      levels[i] = (byte) Math.min(redGreen, pixels[from + 2] & 0xFF);
    }
    return new Mask(image.width(), image.height(), levels);
  }

  /** Whether any pixel is more than slightly tinted. */
  static boolean areColoured(RgbImage image) {
    byte[] pixels = image.pixels();
    for (int i = 0; i < pixels.length; i += RgbImage.CHANNELS) {
      boolean grey = pixels[i] == pixels[i + 1] && pixels[i] == pixels[i + 2]; // most are
      if (!grey && isColoured(pixels[i] & 0xFF, pixels[i + 1] & 0xFF, pixels[i + 2] & 0xFF)) {
        return true;
      }
    }
    return false;
  }

  static boolean isColoured(int red, int green, int blue) {
    int most = Math.max(red, Math.max(green, blue));
    int least = Math.min(red, Math.min(green, blue));
    return most - least > GREY_SPREAD;
  }

  /**
   * The colours of a file with values of 8 bits in samples of 16, as label masks are stored; empty
   * for any other file.
   */
  static Optional<RgbImage> smallValues(DecodedImage image) {
    return image
        .deep()
        .filter(deep -> areSmall(deep, image.grey()))
        .map(deep -> low(deep, image.grey()));
  }

  private static boolean areSmall(Plane deep, boolean grey) {
    byte[] samples = deep.data();
    int colours = grey ? 1 : RgbImage.CHANNELS;
    for (int i = 0; i < samples.length; i += deep.channels()) {
      for (int colour = 0; colour < colours; colour++) {
        if (samples[i + 2 * colour] != 0) { // the high byte
          return false;
        }
      }
    }
    return true;
  }

  private static RgbImage low(Plane deep, boolean grey) {
    int area = deep.width() * deep.height();
    byte[] pixels = new byte[RgbImage.CHANNELS * area];
    for (int i = 0; i < area; i++) {
      for (int channel = 0; channel < RgbImage.CHANNELS; channel++) {
        int sample = grey ? 0 : channel;
        pixels[RgbImage.CHANNELS * i + channel] = deep.data()[i * deep.channels() + 2 * sample + 1];
      }
    }
    return new RgbImage(deep.width(), deep.height(), pixels);
  }
}
