package io.spackle.image;

/** How the init image comes to the size that a model is asked for, and in what size it returns. */
public enum Resize {
  /** Straight to that size, whatever that does to its proportions. The output has that size. */
  STRETCH,
  /** As large as fits into that size, proportions kept. The output has the fitted size. */
  FIT,
  /** The model works as in {@link #FIT}; the output has the size of the init image. */
  ORIGINAL
}
