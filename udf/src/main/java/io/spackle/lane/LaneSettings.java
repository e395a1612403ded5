package io.spackle.lane;

import java.io.Serializable;
import java.time.Duration;

/**
 * How rows reach the model of an executor.
 *
 * @param maxImages images per batch, at least 1
 * @param maxWait how long a batch that is not full waits for more
 * @param fetches rows that fetch at the same time
 * @param queueBytes memory of all rows from decoding to writing
 * @param watchdog how long one call into the model may take
 */
public record LaneSettings(
    int maxImages, Duration maxWait, int fetches, long queueBytes, Duration watchdog)
    implements Serializable {}
