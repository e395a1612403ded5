package io.spackle.safety;

import io.spackle.graph.Cancellation;
import io.spackle.image.RgbImage;

/** A loaded network that detects unsafe images; thread-safe. {@link SafetyModel} loads one. */
public interface SafetyChecker extends AutoCloseable {

  /**
   * Whether an image must not be shown.
   *
   * @param image of any size
   * @throws java.util.concurrent.CancellationException if cancelled
   * @throws io.spackle.graph.GraphException if the runtime fails
   */
  boolean flags(RgbImage image, Cancellation cancellation);

  /** Frees the network. */
  @Override
  void close();
}
