package io.spackle.lane;

import io.spackle.family.InpaintedImage;
import java.time.Duration;

/**
 * An image as it left the {@link Lane}.
 *
 * @param painting what the model made
 * @param queued how long it waited for its batch
 * @param share its part of the time that its batch took
 */
public record LaneResult(InpaintedImage painting, Duration queued, Duration share) {}
