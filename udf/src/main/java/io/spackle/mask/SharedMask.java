package io.spackle.mask;

import io.spackle.codec.DecodeLimits;
import io.spackle.codec.ImageCodec;
import io.spackle.codec.MaskReading;
import io.spackle.codec.MaskTarget;
import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import io.spackle.image.Mask;
import java.io.Serializable;

/**
 * The mask of all rows that have none of their own. The driver reads its file once and sends it to
 * the executors, which decode it once per task. Thread-safe.
 */
public final class SharedMask implements Serializable {

  private static final long serialVersionUID = 1L;

  private final byte[] file;
  private final DecodeLimits limits;
  private transient volatile Mask mask;

  /**
   * @param limits with the rule for masks
   */
  public SharedMask(byte[] file, DecodeLimits limits) {
    this.file = file.clone();
    this.limits = limits;
  }

  /**
   * The mask for an image. It is scaled where it is used if the sizes differ.
   *
   * @throws ImageException {@code MASK_UNCLEAR} if the proportions differ
   */
  public MaskReading fitted(MaskTarget target) {
    Mask decoded = mask();
    if (!target.fits(decoded.width(), decoded.height())) {
      throw new ImageException(
          Reason.MASK_UNCLEAR,
          "defaults.mask-image has %d x %d pixels, expected the proportions of the init image, %d x %d: give this row a mask_image"
              .formatted(decoded.width(), decoded.height(), target.width(), target.height()));
    }
    return MaskReading.of(decoded);
  }

  /**
   * The mask in its own size.
   *
   * @throws ImageException if the file is no image within the limits, or no clear mask
   */
  public Mask mask() {
    Mask decoded = mask;
    if (decoded == null) {
      decoded = ImageCodec.decodeMask(file, limits);
      mask = decoded;
    }
    return decoded;
  }
}
