package io.spackle.codec;

import io.spackle.codec.MaskReading.Finding;
import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import io.spackle.image.Mask;
import java.util.function.IntSupplier;

/**
 * The init image that a mask belongs to.
 *
 * @param width of the upright image, in pixels
 * @param height of the upright image, in pixels
 * @param orientation of the file, as in EXIF, 1 to 8
 */
public record MaskTarget(int width, int height, int orientation) {

  /** The largest difference of proportions that counts as rounding. */
  private static final double TOLERANCE = 0.02;

  /** A side that is so much longer than the other leaves too few pixels once it is scaled. */
  private static final int ELONGATED = 64;

  /**
   * The mask, turned by the orientation of the init image if it fits only then: such a mask was
   * drawn on the stored pixels. An orientation that keeps the proportions cannot be told from the
   * sizes, and turns nothing. A plain mask fits any image.
   *
   * @param ownOrientation of the mask's file, which is applied already
   * @throws ImageException {@code MASK_UNCLEAR} for other proportions, if the options are strict
   */
  MaskReading fit(MaskReading reading, IntSupplier ownOrientation, MaskOptions options) {
    Mask mask = reading.mask();
    if (fits(mask.width(), mask.height()) || isPlain(mask) || isElongated()) {
      return reading;
    }
    if (Orientation.exchangesAxes(orientation)
        && fits(mask.height(), mask.width())
        && ownOrientation.getAsInt() == Orientation.UPRIGHT) {
      Mask turned = Mask.of(Orientation.upright(mask.plane(), orientation));
      return new MaskReading(turned, reading.findings()).with(Finding.TURNED);
    }
    if (options.strict()) {
      throw new ImageException(
          Reason.MASK_UNCLEAR,
          "found %d x %d pixels, expected the proportions of the init image, %d x %d: crop or turn the mask as the image, or set image.mask-strict = false to stretch it"
              .formatted(mask.width(), mask.height(), width, height));
    }
    return reading.with(Finding.STRETCHED);
  }

  /** Whether a mask selects the same in every size. */
  private static boolean isPlain(Mask mask) {
    return mask.isBlank() || mask.coverage() == 1;
  }

  /** Whether the init image itself has proportions that framing refuses. */
  private boolean isElongated() {
    return Math.max(width, height) > ELONGATED * Math.min(width, height);
  }

  /** Whether sides differ by at most one pixel, or 2 %, from the init image's, once scaled. */
  public boolean fits(int maskWidth, int maskHeight) {
    double scaled = (double) maskHeight * width / height;
    return Math.abs(maskWidth - scaled)
        <= Math.max(TOLERANCE * scaled, Math.max(1, scaled / maskHeight));
  }
}
