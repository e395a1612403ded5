package io.spackle.pipeline;

import io.spackle.lane.Lane;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The jobs of one sample in the lane.
 *
 * @param alpha of an eraser that also fills the alpha
 */
record LaneSample(
    CompletableFuture<Lane.Result> image, Optional<CompletableFuture<Lane.Result>> alpha) {

  /** Removes the jobs from the lane if they are still there. */
  void cancel() {
    image.cancel(false);
    alpha.ifPresent(job -> job.cancel(false));
  }
}
