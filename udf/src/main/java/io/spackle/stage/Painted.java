package io.spackle.stage;

import io.spackle.family.Painting;
import java.time.Duration;

/**
 * A picture as it left the {@link Lane}.
 *
 * @param painting what the model made
 * @param queued how long it waited for its batch
 * @param share its part of the time that its batch took
 */
record Painted(Painting painting, Duration queued, Duration share) {}
