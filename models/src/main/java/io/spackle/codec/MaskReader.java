package io.spackle.codec;

import io.spackle.codec.MaskReading.Finding;
import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import java.util.Locale;

/**
 * The rule for what a mask file means. {@code docs/guide.md}, section "Masks", states it for users.
 */
final class MaskReader {

  private MaskReader() {}

  /**
   * Reads a mask.
   *
   * @throws ImageException {@code MASK_UNCLEAR} if the rule does not apply to the image and the
   *     options are strict
   */
  static MaskReading read(DecodedImage image, MaskOptions options) {
    try {
      return MaskReading.of(
          switch (options.rule()) {
            case AUTO -> byContent(image, options);
            case LUMA -> luma(image, options);
            case OPAQUE -> oriented(LayerMask.opaque(alpha(image, options.rule())), options);
            case TRANSPARENT ->
                oriented(LayerMask.transparent(alpha(image, options.rule())), options);
          });
    } catch (ImageException e) {
      if (options.strict()) {
        throw e;
      }
      return MaskReading.of(luma(image, options)).with(Finding.UNCLEAR);
    }
  }

  static ImageException unclear(String found, String advice) {
    return new ImageException(
        Reason.MASK_UNCLEAR, "found " + found + "; expected white on black: " + advice);
  }

  private static Mask byContent(DecodedImage image, MaskOptions options) {
    if (image.alpha().isEmpty()) {
      return LevelMask.of(image, options.invert());
    }
    Mask alpha = image.alpha().get();
    LayerContent content = LayerContent.of(image.colour(), alpha);
    return switch (content) {
      case OPAQUE, DRAWING -> LevelMask.of(image.opaque(0), options.invert());
      case STROKES -> oriented(LayerMask.opaque(alpha), options);
      case PHOTO -> LayerMask.transparent(alpha);
      case FADED, COLOURFUL, FRAME -> {
        if (options.invert()) { // either reading masks what is transparent
          yield LayerMask.opaque(alpha).inverted();
        }
        throw content.unclear();
      }
    };
  }

  private static Mask alpha(DecodedImage image, MaskRule rule) {
    return image
        .alpha()
        .orElseThrow(
            () ->
                unclear(
                    "no alpha channel, though image.mask-rule = "
                        + rule.name().toLowerCase(Locale.ROOT),
                    "set image.mask-rule = auto, or save the mask with transparency"));
  }

  private static Mask luma(DecodedImage image, MaskOptions options) {
    RgbImage onBlack = image.on(0);
    return oriented(onBlack.luma(), options);
  }

  private static Mask oriented(Mask mask, MaskOptions options) {
    return options.invert() ? mask.inverted() : mask;
  }
}
