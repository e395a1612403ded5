package io.spackle.lane;

import java.io.Serializable;
import java.time.Duration;

/**
 * The settings of an executor's lanes and of the rows in flight before them.
 *
 * @param maxImages images per batch, at least 1
 * @param maxWait how long an incomplete batch waits for more images
 * @param fetches rows that fetch at the same time
 * @param queueBytes memory of all rows of an executor from decoding to writing, or null: a share of
 *     its heap
 * @param watchdog how long one call into the model may take
 */
public record LaneSettings(
    int maxImages, Duration maxWait, int fetches, Long queueBytes, Duration watchdog)
    implements Serializable {

  /** Rows leave room for what Spark, the model's inputs and garbage take. */
  private static final int SHARE_OF_HEAP = 4;

  /** The limits of this executor. */
  public InFlightLimits limits() {
    long bytes = queueBytes == null ? Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP : queueBytes;
    return new InFlightLimits(fetches, Runtime.getRuntime().availableProcessors(), bytes);
  }
}
