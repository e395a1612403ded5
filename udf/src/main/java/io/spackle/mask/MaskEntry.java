package io.spackle.mask;

import io.spackle.model.SegmenterSettings;
import io.spackle.segment.SegmentRule;
import io.spackle.segment.SegmenterTraits;
import java.io.Serializable;

/**
 * An entry of {@code masks} in the configuration.
 *
 * @param rule the mask to make of what the segmenter finds
 * @param policy for what it finds in an image
 */
public record MaskEntry(
    String name,
    SegmenterSettings segmenter,
    SegmenterTraits traits,
    SegmentRule rule,
    Policy policy)
    implements Serializable {

  /** What happens to a row whose mask is empty. */
  public enum Empty {
    /** Its images are copies of the init image. */
    COPY,
    /** It has no image, and is finished. */
    SKIP,
    /** It fails. */
    FAIL
  }

  /**
   * What a mask must be like.
   *
   * @param maxShare of the image that may be masked, 0 to 1; a row with a larger mask fails
   */
  public record Policy(Empty empty, double maxShare) implements Serializable {

    /** Any mask. */
    public static final Policy ANY = new Policy(Empty.COPY, 1);
  }
}
