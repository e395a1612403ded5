package io.spackle.lane;

import java.io.Serializable;
import java.time.Duration;

/**
 * The settings of an executor's lanes and of the rows in flight before them.
 *
 * @param maxImages images per batch, at least 1
 * @param maxWait how long an incomplete batch waits for more images
 * @param fetches rows that fetch at the same time
 * @param queueBytes memory of all rows from decoding to writing
 * @param watchdog how long one call into the model may take
 */
public record LaneSettings(
    int maxImages, Duration maxWait, int fetches, long queueBytes, Duration watchdog)
    implements Serializable {}
