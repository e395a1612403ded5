package io.spackle.lane;

import java.time.Duration;

/** A run of the model that was cancelled because a call into it did not come back. */
final class StalledException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  StalledException(Duration patience, Throwable cause) {
    super(
        "a call into the model did not come back within "
            + patience.toMillis() / 1000.0
            + " s (spackle.lane.watchdog)",
        cause);
  }
}
