package io.spackle.jobs.lease;

import io.spackle.jobs.files.AtomicFiles;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.LongSupplier;
import org.apache.hadoop.fs.Path;

/** Leases without threads, whose time is the test's. */
public final class LeaseOfTest {

  private LeaseOfTest() {}

  /**
   * Acquires the lease of an output.
   *
   * @param millis the clock
   */
  public static Lease take(
      AtomicFiles files, Path meta, String run, Duration timeout, LongSupplier millis)
      throws IOException {
    LeaseRecord record = new LeaseRecord(run, "host", "machine", 1, Instant.now(), timeout);
    Lease lease =
        new Lease(
            files,
            meta,
            record,
            () -> {},
            () -> new Moment(millis.getAsLong(), 1_000_000 * millis.getAsLong()));
    lease.take();
    return lease;
  }

  /** Ends a lease as closing it does. */
  public static void release(Lease lease) {
    lease.release();
  }
}
