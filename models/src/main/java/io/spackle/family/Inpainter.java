package io.spackle.family;

import io.spackle.graph.Cancellation;
import java.util.List;

/**
 * An open inpainting model on one device. {@link Families#open} makes one.
 *
 * <p>It is loaded once and used for every image. {@link #inpaint} is called by one thread at a
 * time, the other methods by any thread.
 */
public interface Inpainter extends AutoCloseable {

  /** What the model accepts and assumes. */
  ModelTraits traits();

  /**
   * Rejects parameters that the model cannot run, before images are prepared for it.
   *
   * @throws IllegalArgumentException naming what was found and what was expected
   */
  void check(InpaintParameters parameters);

  /**
   * Inpaints the masked region of each image.
   *
   * <p>Each image draws its noise from its own seed, so that its result does not depend on the
   * others in the batch.
   *
   * @param parameters what all images of the batch share
   * @param inputs at least one, each framed to {@code parameters.width()} x {@code
   *     parameters.height()}
   * @param cancellation ends the work within a second
   * @return one image per input, in their order and of that size; pixels outside the mask differ
   *     from the input by the loss of the autoencoder, so that they must be pasted back
   * @throws IllegalArgumentException if an input lacks the reference image that the model or the
   *     parameters need
   * @throws java.util.concurrent.CancellationException if cancelled
   * @throws io.spackle.graph.GraphException if the runtime fails
   * @throws UnusableImageException if the model's output is not an image
   */
  InpaintedBatch inpaint(
      InpaintParameters parameters, List<InpaintInput> inputs, Cancellation cancellation);

  /** Frees the model. */
  @Override
  void close();
}
