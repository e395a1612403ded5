package io.spackle.jobs.lease;

import io.spackle.jobs.files.AtomicFiles;
import java.io.IOException;
import java.time.Duration;
import org.apache.hadoop.fs.Path;

/** Leases without threads, whose time is the test's. */
public final class LeaseOfTest {

  private LeaseOfTest() {}

  /** The time of a test. */
  public interface Clock {
    long millis();

    /** Called where a run waits. */
    void sleep(Duration time);
  }

  /**
   * Acquires the lease of an output.
   *
   * @param onLoss called when it is lost
   */
  public static Lease take(
      AtomicFiles files, Path meta, LeaseRecord record, Runnable onLoss, Clock clock)
      throws IOException {
    Lease lease = new Lease(files, meta, record, onLoss, adapted(clock));
    lease.take();
    return lease;
  }

  private static LeaseClock adapted(Clock clock) {
    return new LeaseClock() {
      @Override
      public Moment now() {
        return new Moment(clock.millis(), 1_000_000 * clock.millis());
      }

      @Override
      public void sleep(Duration time) {
        clock.sleep(time);
      }
    };
  }

  /** Does what the two threads of a lease do at each interval. */
  public static void beat(Lease lease) {
    lease.beat();
    lease.watch();
  }

  /** Ends a lease as closing it does. */
  public static void release(Lease lease) {
    lease.release();
  }
}
