package io.spackle.pipeline;

import io.spackle.family.InpaintedImage;
import io.spackle.lane.Lane;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The jobs of one sample in the lane.
 *
 * @param alpha of an eraser that also fills the alpha
 */
record LaneSample(
    CompletableFuture<Lane.Result<InpaintedImage>> image,
    Optional<CompletableFuture<Lane.Result<InpaintedImage>>> alpha) {

  /** Removes the jobs from the lane if they are still there. */
  void cancel() {
    image.cancel(false);
    alpha.ifPresent(job -> job.cancel(false));
  }
}
