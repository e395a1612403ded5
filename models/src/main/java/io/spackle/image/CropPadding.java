package io.spackle.image;

import java.io.Serializable;

/**
 * How much of the surroundings of the masked region a model sees.
 *
 * @param kind which rule holds
 * @param pixels of the init image on each side of the masked region; 0 unless they are given
 */
public record CropPadding(Kind kind, int pixels) implements Serializable {

  /** The complete image. */
  public static final CropPadding NONE = new CropPadding(Kind.NONE, 0);

  /** As {@link CropCanvas} chooses for each image. */
  public static final CropPadding AUTO = new CropPadding(Kind.AUTO, 0);

  /** The rules. */
  public enum Kind {
    NONE,
    PIXELS,
    AUTO
  }

  public CropPadding {
    if (pixels < 0) {
      throw new IllegalArgumentException(
          "crop padding of " + pixels + " pixels, expected 0 or more");
    }
  }

  /** A number of pixels on each side. */
  public static CropPadding of(int pixels) {
    return new CropPadding(Kind.PIXELS, pixels);
  }

  /** Whether a model may see less than the complete image. */
  public boolean crops() {
    return kind != Kind.NONE;
  }
}
