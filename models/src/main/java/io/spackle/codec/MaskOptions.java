package io.spackle.codec;

import java.io.Serializable;
import java.util.Objects;

/**
 * How a mask is read from its file.
 *
 * @param rule what in the file is masked
 * @param strict whether an unclear mask is refused; otherwise it is read by its luma, and noted
 * @param invert whether the masked and the kept region change places. With {@link MaskRule#AUTO}
 *     the transparent parts of a photo stay masked: they have no white to be mistaken
 */
public record MaskOptions(MaskRule rule, boolean strict, boolean invert) implements Serializable {

  public MaskOptions {
    Objects.requireNonNull(rule, "rule");
  }

  /** By content, strict, not inverted. */
  public static MaskOptions defaults() {
    return new MaskOptions(MaskRule.AUTO, true, false);
  }

  public MaskOptions withRule(MaskRule other) {
    return new MaskOptions(other, strict, invert);
  }

  public MaskOptions withStrict(boolean other) {
    return new MaskOptions(rule, other, invert);
  }

  public MaskOptions withInvert(boolean other) {
    return new MaskOptions(rule, strict, other);
  }
}
