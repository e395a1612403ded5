package io.spackle.codec;

/** The ways to read the masked region from an image file. */
public enum MaskRule {
  /**
   * By content: luma of a black and white image, brightness of colours on black, strokes on a
   * transparent layer, transparent parts of a photo. Anything else is unclear.
   */
  AUTO,
  /** Luma on black, from level 128 on, whatever the image shows. */
  LUMA,
  /** The opaque parts are masked. */
  OPAQUE,
  /** The transparent parts are masked. */
  TRANSPARENT
}
