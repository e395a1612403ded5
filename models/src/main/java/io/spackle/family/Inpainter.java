package io.spackle.family;

import io.spackle.graph.Cancellation;
import java.util.List;

/**
 * An open inpainting model on one device.
 *
 * <p>Loaded once and used for every image; {@link #inpaint} is called by one thread at a time, the
 * rest from any thread. {@link Families#open} makes one.
 */
public interface Inpainter extends AutoCloseable {

  /** What the model accepts and assumes. */
  ModelTraits traits();

  /**
   * Refuses a plan that the model cannot run, before images are made ready for it.
   *
   * @throws IllegalArgumentException naming what was found and what was expected
   */
  void check(InpaintParameters plan);

  /**
   * Repaints the masked part of each image.
   *
   * <p>Each image draws its noise from its own seed, so what is painted does not depend on the
   * others in the batch.
   *
   * @param plan what all images of the batch share
   * @param subjects at least one, each framed to {@code plan.width()} x {@code plan.height()}
   * @param cancellation ends the work within a second
   * @return one painting per subject, in their order, of the plan's size; pixels outside the mask
   *     differ from the subject's by what the model's autoencoder loses, so paste back what must
   *     stay
   * @throws java.util.concurrent.CancellationException if cancelled
   * @throws io.spackle.graph.GraphException if the runtime fails; nothing is painted then
   * @throws UnusableImageException if the model computed numbers that are no image
   */
  InpaintedBatch inpaint(
      InpaintParameters plan, List<InpaintInput> subjects, Cancellation cancellation);

  /** Frees the model. */
  @Override
  void close();
}
