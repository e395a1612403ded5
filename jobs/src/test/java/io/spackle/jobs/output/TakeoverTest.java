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

/** A run takes over from one that has crashed, and is suspended or killed meanwhile. */
class TakeoverTest {

  private static final Path FOLDERS = new Path("sim:///out/meta");
  private static final Path OBJECTS = new Path("s3a://sim/out/meta");
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  private interface Fault {
    void happen() throws IOException;
  }

  /** One fault, before the first operation of a kind on the lease of the crashed run. */
  private static final class OneFault implements SimulatedStore.World {

    private final Kind kind;
    private final String file;
    private final Fault fault;
    private boolean isDue;

    /**
     * @param file of the crashed run, the end of its path
     */
    OneFault(Kind kind, String file, Fault fault) {
      this.kind = kind;
      this.file = file;
      this.fault = fault;
    }

    @Override
    public void before(Operation operation) throws IOException {
      if (isDue && operation.kind() == kind && operation.path().endsWith("-crashed" + file)) {
        isDue = false;
        fault.happen();
      }
    }
  }

  private Lease second;

  /** Another run takes over while this one is suspended for longer than its own lease lasts. */
  @Test
  void aRunThatWasSuspendedFencesNoLiveRun() throws IOException {
    OneFault suspension =
        new OneFault(
            Kind.READ,
            "/claim",
            () -> {
              pass(TIMEOUT.plusSeconds(1));
              second = take(FOLDERS, "second");
            });
    crash(FOLDERS, suspension);
    assertThatThrownBy(() -> take(FOLDERS, "first")).isInstanceOf(Lease.LostException.class);
    second.requireHeld();
    second.files().create(new Path(FOLDERS, "second.parquet"), new byte[] {1});
    assertThat(SimulatedStore.entries()).containsKey("/out/meta/second.parquet");
  }

  /** Without a lease and without a fence, nothing would stop the tasks of the crashed run. */
  @Test
  void aRunThatIsKilledBeforeItDeletesALeaseLeavesTheFence() throws IOException {
    OneFault death =
        new OneFault(
            Kind.DELETE,
            "/claim",
            () -> {
              throw new IOException("killed");
            });
    crash(OBJECTS, death);
    assertThatThrownBy(() -> take(OBJECTS, "first")).hasMessage("killed");
    assertThat(SimulatedStore.entries()).containsKey("/out/meta/.spackle-crashed.fence");
  }

  /** The run that it fences was suspended, too, and is live again: then neither goes on. */
  @Test
  void aRunThatWasSuspendedBeforeItsFenceDoesNotTakeOver() throws IOException {
    OneFault suspension =
        new OneFault(
            Kind.REPLACE,
            ".fence",
            () -> {
              pass(TIMEOUT.plusSeconds(1));
              second.confirm();
            });
    second = crash(OBJECTS, suspension);
    assertThatThrownBy(() -> take(OBJECTS, "first")).isInstanceOf(Lease.LostException.class);
    assertThatThrownBy(() -> second.files().requireNotFenced())
        .isInstanceOf(Lease.LostException.class);
  }

  /**
   * A request of a run that has just ended may create a file again whose rows are elsewhere now.
   */
  @Test
  void lateRequestsOfEndedRunsAreAwaitedOnObjectStores() throws IOException {
    assertThat(timeToAwaitLateRequests(OBJECTS))
        .isBetween(Duration.ofMillis(5_900), Duration.ofSeconds(6));
    assertThat(timeToAwaitLateRequests(FOLDERS)).as("nothing can come late").isZero();
  }

  /** Four seconds after a run has ended. */
  private static Duration timeToAwaitLateRequests(Path meta) throws IOException {
    SimulatedStore.reset(operation -> {});
    LeaseOfTest.release(take(meta, "ended"));
    pass(Duration.ofSeconds(4));
    Lease next = take(meta, "next");
    long start = SimulatedStore.now();
    next.awaitLateRequests();
    return Duration.ofMillis(SimulatedStore.now() - start);
  }

  private static Lease crash(Path meta, OneFault next) throws IOException {
    SimulatedStore.reset(next);
    Lease crashed = take(meta, "crashed");
    pass(TIMEOUT.plusSeconds(1));
    next.isDue = true;
    return crashed;
  }

  private static void pass(Duration time) {
    SimulatedStore.passUntil(SimulatedStore.now() + time.toMillis());
  }

  private static Lease take(Path meta, String run) throws IOException {
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
        AtomicFiles.of(meta, SimulatedRun.hadoop()),
        meta,
        new LeaseRecord(run, "host", "machine of " + run, 1, since, TIMEOUT),
        () -> {},
        clock);
  }
}
