package io.spackle.codec;

import io.spackle.image.Mask;
import java.util.EnumSet;
import java.util.Set;

/**
 * A mask as it was read from a file, and what the owner of the file should know about it.
 *
 * @param findings empty for an ordinary mask
 */
public record MaskReading(Mask mask, Set<Finding> findings) {

  /** A remark on a mask. */
  public enum Finding {
    /** The file does not look like a mask; its luma was taken. */
    UNCLEAR,
    /** The mask was turned by the orientation of the init image. */
    TURNED,
    /** The mask has other proportions than the init image; it will be stretched. */
    STRETCHED
  }

  public MaskReading {
    findings = Set.copyOf(findings);
  }

  /** A mask without remarks. */
  public static MaskReading of(Mask mask) {
    return new MaskReading(mask, Set.of());
  }

  MaskReading with(Finding finding) {
    Set<Finding> all = EnumSet.of(finding);
    all.addAll(findings);
    return new MaskReading(mask, all);
  }
}
