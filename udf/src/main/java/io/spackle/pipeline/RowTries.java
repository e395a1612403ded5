package io.spackle.pipeline;

import io.spackle.graph.Cancellation;
import io.spackle.image.RgbImage;
import io.spackle.lane.InFlightLimits;
import io.spackle.pipeline.Generated.Output;
import io.spackle.row.MadeImage;
import io.spackle.row.MadeImage.Measured;
import io.spackle.row.ModelShare;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tries of a row's images: each image that misses a threshold of quality is generated again
 * until one keeps all, or no retry is left. The best is kept: the one that misses the thresholds by
 * the least, and of equals the first.
 *
 * <p>Only the best image of a sample and the one that is compared with it are in memory. Try r of
 * sample i has the seed of sample {@code r * samples + i}, which is none of the row's own. A retry
 * that fails leaves the image as it is.
 */
final class RowTries {

  private static final Logger LOG = LoggerFactory.getLogger(RowTries.class);

  private final FramedRow framed;
  private final QualityCheck check;
  private final Retry retry;
  private final Cores cores;
  private final List<MadeImage> made = new ArrayList<>();
  private ModelShare share = ModelShare.NONE;
  private boolean hasLow;

  /** Generates an image again. */
  @FunctionalInterface
  interface Retry {

    /**
     * The output of a further sample of the row.
     *
     * @param sample number that the seed is derived from
     */
    Generated generate(int sample) throws InterruptedException;
  }

  /**
   * The cores to paste and measure on.
   *
   * @param task ends the work of a scorer
   */
  record Cores(InFlightLimits limits, Cancellation task) {}

  /**
   * A generated image, pasted back and measured.
   *
   * @param sample number that the seed is derived from
   * @param shortfall by which it misses the thresholds
   */
  private record Try(
      Output output, RgbImage image, int sample, Optional<Measured> measured, double shortfall) {}

  RowTries(FramedRow framed, QualityCheck check, Retry retry, Cores cores) {
    this.framed = framed;
    this.check = check;
    this.retry = retry;
    this.cores = cores;
  }

  /**
   * Gives the best image of each sample to an encoder, one at a time.
   *
   * @param first the first output of each sample
   * @throws InterruptedException if the thread is interrupted
   */
  void forEach(List<Output> first, Encoder encoder) throws InterruptedException {
    for (int sample = 0; sample < first.size(); sample++) {
      Try best = measured(first.get(sample), sample);
      int tries = 1;
      for (; best.shortfall() > 0 && tries <= check.settings().retries(); tries++) {
        best = better(best, sample + tries * first.size());
      }
      hasLow |= best.shortfall() > 0;
      made.add(new MadeImage(framed.row().seed() + best.sample(), tries, best.measured()));
      encoder.encode(best.output(), best.image());
    }
  }

  /** Encodes an image. */
  @FunctionalInterface
  interface Encoder {
    void encode(Output output, RgbImage image) throws InterruptedException;
  }

  private Try better(Try best, int sample) throws InterruptedException {
    try {
      Generated again = retry.generate(sample);
      share = share.plus(again.share());
      Try other = measured(again.outputs().get(0), sample);
      boolean isBetter = !other.output().isReplaced() && other.shortfall() < best.shortfall();
      return isBetter ? other : best;
    } catch (RuntimeException e) {
      cores.task().check(); // of a task that ends, no row is finished
      LOG.warn("row {} keeps its image, a retry failed: {}", framed.row().id(), e.toString());
      return best;
    }
  }

  /** An image that replaces a flagged one is not measured. */
  private Try measured(Output output, int sample) throws InterruptedException {
    return cores
        .limits()
        .onCore(
            () -> {
              RgbImage image = output.image().get();
              Optional<Measured> measured =
                  output.isReplaced()
                      ? Optional.empty()
                      : check.measure(framed, image, cores.task());
              return new Try(output, image, sample, measured, check.shortfall(measured));
            });
  }

  /** How the images came about that were encoded. */
  List<MadeImage> made() {
    return List.copyOf(made);
  }

  /** The part of the retries in the calls into the model. */
  ModelShare share() {
    return share;
  }

  /** Whether an image misses a threshold. */
  boolean hasLow() {
    return hasLow;
  }
}
