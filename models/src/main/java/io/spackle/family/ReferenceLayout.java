package io.spackle.family;

/** Where a reference image stands on the canvas that it shares with the image. */
public enum ReferenceLayout {
  /** The canvas is the image alone. */
  NONE,
  /** Left of the image: the canvas is twice as wide. */
  LEFT,
  /** Below the image: the canvas is twice as high. */
  BELOW
}
