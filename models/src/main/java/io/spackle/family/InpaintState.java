package io.spackle.family;

/**
 * An image between two steps of an {@link Inpainter}. It is used for one step only: the step gives
 * the next state. If the call of the network fails, the state stays as it was, and the step can be
 * taken again.
 */
public interface InpaintState {

  /** The parameters that the image was begun with. */
  InpaintParameters parameters();

  /** Whether all steps are done, so that the image can be finished. */
  boolean isDone();

  /**
   * What images must have in common to take a step in one batch: those with equal keys do. It is
   * what the network's inputs fix, such as the size of the canvas and the length of the prompt.
   */
  Object batchKey();
}
