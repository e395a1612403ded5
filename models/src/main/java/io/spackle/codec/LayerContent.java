package io.spackle.codec;

import io.spackle.image.ImageException;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;

/** What the visible part of an image with an alpha channel shows. */
enum LayerContent {
  /** Nothing is transparent. */
  OPAQUE,
  /** Strokes or a shape, of any colours, on a transparent layer. */
  STROKES,
  /** Black and white, on a transparent layer. */
  DRAWING,
  /** A photo with transparent parts. */
  PHOTO,
  /** A photo that is half transparent where it shows. */
  FADED,
  /** As many colours as in a photo, without its texture. */
  COLOURFUL,
  /** Few colours along most of the image's border. */
  FRAME;

  private static final int HALF = 128;

  /** Recognizes the content. */
  static LayerContent of(RgbImage colours, Mask alpha) {
    LevelHistogram opacity = LevelHistogram.of(alpha);
    if (opacity.lowest() >= HALF) {
      return OPAQUE;
    }
    if (opacity.highest() == 0) {
      return STROKES; // none
    }
    return new LayerSurvey(colours, alpha).content();
  }

  /** The failure of a content that may mean either part. */
  ImageException unclear() {
    String found =
        switch (this) {
          case FADED -> "a photo that is half transparent where it shows";
          case COLOURFUL -> "strokes of many colours, or a photo with transparent parts";
          case FRAME -> "few colours around a transparent part: either may be meant";
          case OPAQUE, STROKES, DRAWING, PHOTO ->
              throw new IllegalStateException(this + " is clear");
        };
    return MaskReader.unclear(
        found, "set image.mask-rule = opaque to mask what shows, or transparent to mask the rest");
  }
}
