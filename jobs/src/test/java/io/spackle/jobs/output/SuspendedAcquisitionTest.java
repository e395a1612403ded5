package io.spackle.jobs.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.jobs.files.AtomicFiles;
import io.spackle.jobs.lease.Lease;
import io.spackle.jobs.lease.LeaseOfTest;
import io.spackle.jobs.lease.LeaseRecord;
import io.spackle.jobs.output.SimulatedStore.Kind;
import io.spackle.jobs.output.SimulatedStore.Operation;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;

/**
 * A run is suspended while it takes over from one that has crashed, for longer than its own lease
 * lasts; another one takes over meanwhile. This one must not be fenced.
 */
class SuspendedAcquisitionTest {

  private static final Path META = new Path("sim:///out/meta");
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  /** Suspends the first process that looks for the crashed run. */
  private final class Suspension implements SimulatedStore.World {

    private boolean isDue;

    @Override
    public void before(Operation operation) throws IOException {
      if (isDue && operation.kind() == Kind.READ && operation.path().endsWith("-crashed/claim")) {
        isDue = false;
        pass(TIMEOUT.plusSeconds(1));
        second = take("second");
      }
    }

    @Override
    public SimulatedProcess process() {
      return null;
    }

    @Override
    public void after(Operation operation, SimulatedProcess process) {}

    @Override
    public boolean losesAnswer(Operation operation) {
      return false;
    }

    @Override
    public long lateness(Operation operation) {
      return 0;
    }
  }

  private Lease second;

  @Test
  void aRunThatWasSuspendedWhileItTookOverFencesNoLiveRun() throws IOException {
    Suspension suspension = new Suspension();
    SimulatedStore.reset(suspension);
    take("crashed");
    pass(TIMEOUT.plusSeconds(1));
    suspension.isDue = true;
    assertThatThrownBy(() -> take("first")).isInstanceOf(Lease.LostException.class);
    second.requireHeld();
    second.files().create(new Path(META, "second.parquet"), new byte[] {1});
    assertThat(SimulatedStore.entries()).containsKey("/out/meta/second.parquet");
  }

  private static void pass(Duration time) {
    SimulatedStore.passUntil(SimulatedStore.now() + time.toMillis());
  }

  private static Lease take(String run) throws IOException {
    LeaseOfTest.Clock clock =
        new LeaseOfTest.Clock() {
          @Override
          public long millis() {
            return SimulatedStore.now();
          }

          @Override
          public void sleep(Duration time) {
            pass(time);
          }
        };
    Instant since = Instant.ofEpochMilli(SimulatedStore.now());
    return LeaseOfTest.take(
        AtomicFiles.of(META, SimulatedFiles.configuration()),
        META,
        new LeaseRecord(run, "host", "machine of " + run, 1, since, TIMEOUT),
        () -> {},
        clock);
  }
}
