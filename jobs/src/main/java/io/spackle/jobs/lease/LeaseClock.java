package io.spackle.jobs.lease;

import java.time.Duration;

/** The clock of a lease: that of the machine, or a test's. */
interface LeaseClock {

  LeaseClock OF_MACHINE =
      new LeaseClock() {
        @Override
        public Moment now() {
          return Moment.now();
        }

        @Override
        public void sleep(Duration time) {
          try {
            Thread.sleep(time.toMillis());
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(
                "interrupted while waiting for fenced runs to settle", e);
          }
        }
      };

  Moment now();

  /**
   * Waits for some time.
   *
   * @throws IllegalStateException if the thread is interrupted
   */
  void sleep(Duration time);
}
