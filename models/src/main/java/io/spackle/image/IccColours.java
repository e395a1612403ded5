package io.spackle.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.awt.color.CMMException;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.ColorConvertOp;
import java.util.Optional;

/** Colours of wide-gamut pictures, converted to sRGB. */
final class IccColours {

  private IccColours() {}

  /**
   * The colour space of a profile.
   *
   * @return empty if it is damaged, is not one of RGB colours, or is sRGB by its own name
   */
  static Optional<ColorSpace> space(byte[] bytes) {
    try {
      ICC_Profile profile = ICC_Profile.getInstance(bytes);
      boolean foreign = profile.getColorSpaceType() == ColorSpace.TYPE_RGB && !isNamedSrgb(profile);
      return foreign ? Optional.of(new ICC_ColorSpace(profile)) : Optional.empty();
    } catch (IllegalArgumentException | CMMException e) {
      return Optional.empty();
    }
  }

  /** The picture in sRGB; unchanged if the space turns out to be unusable. */
  static RgbImage toSrgb(RgbImage image, ColorSpace space) {
    if (space instanceof ICC_ColorSpace icc && isNamedSrgb(icc.getProfile())) {
      return image; // a conversion would only round
    }
    try {
      RgbImage converted = RgbImage.of(image.plane().blank(image.width(), image.height()));
      new ColorConvertOp(null).filter(AwtImages.of(image, space), AwtImages.of(converted));
      return converted;
    } catch (CMMException | IllegalArgumentException e) {
      return image;
    }
  }

  /** Whether the description, in 8-bit or in UTF-16 letters, has "sRGB" in it. */
  private static boolean isNamedSrgb(ICC_Profile profile) {
    byte[] description = profile.getData(ICC_Profile.icSigProfileDescriptionTag);
    return description != null
        && new String(description, ISO_8859_1).replace("\0", "").contains("sRGB");
  }
}
