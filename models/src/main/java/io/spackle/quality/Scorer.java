package io.spackle.quality;

import io.spackle.graph.Cancellation;
import io.spackle.image.RgbImage;

/** A loaded network that scores images; thread-safe. {@link ScorerModel} loads one. */
public interface Scorer extends AutoCloseable {

  /**
   * The score of an image.
   *
   * @param image of any size
   * @param prompt of the image
   * @return higher is better; null if a scorer of prompts gets a blank one
   * @throws java.util.concurrent.CancellationException if cancelled
   * @throws io.spackle.graph.GraphException if the runtime fails, or the score is not finite
   */
  Double score(RgbImage image, String prompt, Cancellation cancellation);

  /** Frees the network. */
  @Override
  void close();
}
