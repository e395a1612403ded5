package io.spackle.codec;

import io.spackle.image.RgbImage;
import java.awt.color.CMMException;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.ColorConvertOp;
import java.util.Optional;

/** The conversion of colours with an ICC profile to sRGB. */
final class IccColours {

  private static final RgbImage PROBE = probe();

  private IccColours() {}

  /**
   * The colour space of a profile.
   *
   * @return empty if the profile is damaged or not of RGB colours
   */
  static Optional<ColorSpace> space(byte[] bytes) {
    try {
      ICC_Profile profile = ICC_Profile.getInstance(bytes);
      boolean rgb = profile.getColorSpaceType() == ColorSpace.TYPE_RGB;
      return rgb ? Optional.of(new ICC_ColorSpace(profile)) : Optional.empty();
    } catch (IllegalArgumentException | CMMException e) {
      return Optional.empty();
    }
  }

  /** The image in sRGB; unchanged if the space equals sRGB or is unusable. */
  static RgbImage toSrgb(RgbImage image, ColorSpace space) {
    try {
      return isSrgb(space) ? image : converted(image, space);
    } catch (CMMException | IllegalArgumentException e) {
      return image;
    }
  }

  private static RgbImage converted(RgbImage image, ColorSpace space) {
    RgbImage srgb = RgbImage.of(image.plane().blank(image.width(), image.height()));
    new ColorConvertOp(null).filter(JdkImaging.buffered(image, space), JdkImaging.buffered(srgb));
    return srgb;
  }

  /** Whether a conversion would only round. Colours decide: sRGB profiles have many names. */
  private static boolean isSrgb(ColorSpace space) {
    byte[] before = PROBE.pixels();
    byte[] after = converted(PROBE, space).pixels();
    for (int i = 0; i < before.length; i++) {
      if (Math.abs((before[i] & 0xFF) - (after[i] & 0xFF)) > 1) {
        return false;
      }
    }
    return true;
  }

  /** Five levels of each primary in all combinations. */
  private static RgbImage probe() {
    int levels = 5;
    byte[] pixels = new byte[levels * levels * levels * RgbImage.CHANNELS];
    for (int i = 0, colour = 0; i < pixels.length; i += RgbImage.CHANNELS, colour++) {
      pixels[i] = (byte) (colour % levels * 255 / (levels - 1));
      pixels[i + 1] = (byte) (colour / levels % levels * 255 / (levels - 1));
      pixels[i + 2] = (byte) (colour / levels / levels * 255 / (levels - 1));
    }
    return new RgbImage(levels * levels * levels, 1, pixels);
  }
}
