package io.spackle.jobs.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.conf.RefusedException;
import io.spackle.jobs.files.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LeaseTest {

  private static final Duration LONG = Duration.ofMinutes(2);
  private static final Duration SHORT = Duration.ofMillis(400);

  @TempDir Path meta;
  private AtomicFiles files;

  @BeforeEach
  void open() throws IOException {
    files = AtomicFiles.of(path(), new Configuration());
  }

  @Test
  void releasedLeaseLeavesNoFiles() throws IOException {
    Lease lease = acquire("one", LONG);
    assertThat(names()).containsExactly(".spackle-one");
    lease.done();
    lease.close();
    assertThat(names()).isEmpty();
    acquire("two", LONG).close();
  }

  /** A heartbeat that wrote the lease file after its deletion would block the next run. */
  @Test
  void heartbeatInProgressDoesNotOutliveItsLease() throws Exception {
    files = on(SlowDisk.class);
    Lease lease = acquire("one", SHORT);
    SlowDisk disk = (SlowDisk) files.system();
    disk.isSlow = true;
    disk.begun.await();
    disk.isSlow = false;
    lease.done();
    lease.close();
    disk.ended.await();
    assertThat(names()).isEmpty();
  }

  /** A file system that can be slow to create files. */
  public static final class SlowDisk extends RawLocalFileSystem {

    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean isSlow;

    @Override
    public FSDataOutputStreamBuilder<?, ?> createFile(org.apache.hadoop.fs.Path file) {
      if (isSlow) {
        begun.countDown();
        LockSupport.parkNanos(SHORT.toNanos());
        ended.countDown();
      }
      return super.createFile(file);
    }
  }

  @Test
  void secondRunIsRefusedWithTheHolderOfTheLease() throws IOException {
    try (Lease lease = acquire("one", LONG)) {
      assertThatThrownBy(() -> acquire("two", LONG))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("is being written by the run one on ")
          .hasMessageContaining("(process " + ProcessHandle.current().pid() + ") since ")
          .hasMessageContaining("last heartbeat 0 s ago")
          .hasMessageContaining(
              "its lease expires 120 s after that heartbeat, or at once if you delete ");
      lease.requireHeld();
      assertThat(names()).containsExactly(".spackle-one");
    }
  }

  @Test
  void heartbeatsRenewTheLease() throws Exception {
    Duration timeout = Duration.ofSeconds(2); // a busy machine may miss heartbeats
    try (Lease lease = acquire("one", timeout)) {
      Thread.sleep(2 * timeout.toMillis());
      assertThatThrownBy(() -> acquire("two", LONG)).isInstanceOf(RefusedException.class);
      lease.requireHeld();
    }
  }

  @Test
  void silentRunIsTakenOverAndFenced() throws IOException {
    abandon("elsewhere", Instant.now().minus(LONG).minusSeconds(1), ProcessHandle.current().pid());
    Lease lease = acquire("two", LONG);
    assertThat(meta.resolve(".spackle-elsewhere")).isRegularFile();
    assertThat(lease.orphansPossible()).isTrue();
    lease.orphansDeleted();
    lease.done();
    lease.close();
    assertThat(names())
        .as("tasks of the fenced run may still be alive")
        .containsExactly(".spackle-elsewhere");
  }

  @Test
  void runOfADeadProcessOnThisMachineIsTakenOverAtOnce() throws Exception {
    Process process = new ProcessBuilder("true").start();
    process.waitFor();
    abandon("here", Instant.now(), process.pid());
    acquire("two", LONG).close();
    assertThat(meta.resolve(".spackle-here")).isRegularFile();
  }

  @Test
  void deletingItsLeaseFileEndsARun() throws Exception {
    CountDownLatch lost = new CountDownLatch(1);
    try (Lease lease =
        Lease.acquire(files, path(), LeaseRecord.mine("one", SHORT), lost::countDown)) {
      Files.delete(meta.resolve(".spackle-one/claim"));
      assertThat(lost.await(10, TimeUnit.SECONDS)).isTrue();
      assertThatThrownBy(lease::requireHeld)
          .isInstanceOf(Lease.LostException.class)
          .hasMessageContaining("another run took over");
    }
    acquire("two", LONG).close();
  }

  @Test
  void runThatWasTakenOverKeepsItsFence() throws Exception {
    CountDownLatch lost = new CountDownLatch(1);
    Lease lease = Lease.acquire(files, path(), LeaseRecord.mine("one", SHORT), lost::countDown);
    new Leases(files, path()).fence(new org.apache.hadoop.fs.Path(path(), ".spackle-one"));
    assertThat(lost.await(10, TimeUnit.SECONDS)).isTrue();
    lease.done();
    lease.close();
    assertThat(meta.resolve(".spackle-one")).as("fence").isRegularFile();
  }

  /** A task of a run that was taken over may try to change the output in every way. */
  @Test
  void fencedRunCanChangeNothing() throws IOException {
    org.apache.hadoop.fs.Path image =
        hadoop(Files.writeString(meta.resolve("image"), "next run's"));
    org.apache.hadoop.fs.Path added = new org.apache.hadoop.fs.Path(path(), "one-000001.parquet");
    byte[] rows = {1};
    files.system().mkdirs(Leases.runFolder(path(), "one"));
    RunFiles run = RunFiles.ofTask(path(), "one", new Configuration());
    new Leases(files, path()).fence(Leases.runFolder(path(), "one"));
    for (ThrowingCallable change :
        List.<ThrowingCallable>of(
            () -> run.create(added, rows),
            () -> run.write(image, rows),
            () -> run.writeHidden("complete", out -> out.write(rows)),
            () -> run.publish(run.hidden("complete"), added),
            () -> run.replaceBy(run.hidden("complete"), image),
            () -> run.delete(image))) {
      assertThatThrownBy(change).isInstanceOf(Lease.LostException.class);
    }
    assertThat(names()).containsExactlyInAnyOrder(".spackle-one", ".spackle-unswept", "image");
    assertThat(meta.resolve("image")).hasContent("next run's");
  }

  /** The run is suspended after its last check, and another one takes over before it continues. */
  @Test
  void runThatIsFencedBetweenCheckAndChangeChangesNothing() throws IOException {
    org.apache.hadoop.fs.Path image =
        hadoop(Files.writeString(meta.resolve("image"), "next run's"));
    org.apache.hadoop.fs.Path added = new org.apache.hadoop.fs.Path(path(), "one-000001.parquet");
    byte[] rows = {1};
    Map<String, RunChange> changes =
        Map.of(
            "create", run -> run.create(added, rows),
            "write", run -> run.write(image, rows),
            "hidden", run -> run.writeHidden("new", out -> out.write(rows)),
            "publish", run -> run.publish(run.hidden("complete"), added),
            "replace", run -> run.replaceBy(run.hidden("complete"), image),
            "delete", run -> run.delete(image));
    for (Map.Entry<String, RunChange> change : changes.entrySet()) {
      org.apache.hadoop.fs.Path folder = Leases.runFolder(path(), change.getKey());
      files.system().create(new org.apache.hadoop.fs.Path(folder, "complete")).close();
      Configuration hadoop = new Configuration();
      hadoop.setClass("fs.file.impl", SuspendingDisk.class, FileSystem.class);
      hadoop.setBoolean("fs.file.impl.disable.cache", true);
      RunFiles run = RunFiles.ofTask(path(), change.getKey(), hadoop);
      SuspendingDisk disk = (SuspendingDisk) run.files().system();
      disk.afterCheckOf(folder, () -> new Leases(files, path()).fence(folder));
      assertThatThrownBy(() -> change.getValue().make(run))
          .as(change.getKey())
          .isInstanceOf(Lease.LostException.class);
      assertThat(disk.suspensions).as(change.getKey()).isPositive();
    }
    assertThat(meta.resolve("image")).hasContent("next run's");
    assertThat(meta.resolve("one-000001.parquet")).doesNotExist();
  }

  /** A change of a run. */
  private interface RunChange {
    void make(RunFiles run) throws IOException;
  }

  /** A file system on which the process is suspended whenever it has looked for its fence. */
  public static final class SuspendingDisk extends RawLocalFileSystem {

    private org.apache.hadoop.fs.Path checked;
    private Suspension suspension;
    private int suspensions;

    /** What happens while the process is suspended. */
    interface Suspension {
      void run() throws IOException;
    }

    void afterCheckOf(org.apache.hadoop.fs.Path folder, Suspension then) {
      checked = folder;
      suspension = then;
    }

    @Override
    public FileStatus getFileStatus(org.apache.hadoop.fs.Path path) throws IOException {
      FileStatus status = super.getFileStatus(path);
      if (path.equals(checked) && suspensions++ == 0) {
        suspension.run();
      }
      return status;
    }
  }

  @Test
  void abortedRunFencesItself() throws IOException {
    acquire("one", LONG).close();
    assertThat(meta.resolve(".spackle-one")).isRegularFile();
    assertThat(meta.resolve(".spackle-unswept")).exists();
  }

  /** A crash of the machine can leave a file without its content. */
  @ParameterizedTest
  @ValueSource(strings = {"", "{\"run\": \"torn", "{}", "[1]"})
  void damagedLeaseExpiresByTheAgeOfItsFile(String content) throws IOException {
    Path file = meta.resolve(".spackle-torn/claim");
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
    assertThatThrownBy(() -> acquire("two", LONG))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("the run torn, whose lease ")
        .hasMessageContaining(
            "is empty or damaged: wait until that file is 600 s old, it is 0 s now");
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(601)));
    acquire("two", LONG).close();
    assertThat(meta.resolve(".spackle-torn")).as("fence").isRegularFile();
  }

  /** Files on a disk of a kind of its own. */
  private AtomicFiles on(Class<? extends FileSystem> disk) throws IOException {
    Configuration hadoop = new Configuration();
    hadoop.setClass("fs.file.impl", disk, FileSystem.class);
    hadoop.setBoolean("fs.file.impl.disable.cache", true);
    return AtomicFiles.of(path(), hadoop);
  }

  @Test
  void leaseWithoutARecentHeartbeatIsNotHeldWhateverTheHeartbeatDoes() throws IOException {
    Clock clock = new Clock();
    AtomicFiles disk = on(BrokenDisk.class);
    AtomicInteger losses = new AtomicInteger();
    Lease lease = lease(disk, "one", clock, losses::incrementAndGet);
    lease.take();
    ((BrokenDisk) disk.system()).isBroken = true;
    clock.advance(LONG);
    lease.beat(); // fails with an exception that no one expects
    lease.requireHeld();
    clock.advance(Duration.ofSeconds(1));
    assertThatThrownBy(lease::requireHeld).isInstanceOf(Lease.LostException.class);
    assertThat(losses).hasValue(1);
    ((BrokenDisk) disk.system()).isBroken = false;
    assertThatThrownBy(lease::requireHeld).as("for good").isInstanceOf(Lease.LostException.class);
    assertThatThrownBy(() -> lease.files().delete(hadoop(meta.resolve("image"))))
        .isInstanceOf(Lease.LostException.class);
    assertThat(losses).as("once").hasValue(1);
  }

  @Test
  void aHeartbeatThatHangsIsNoticed() throws Exception {
    Clock clock = new Clock();
    AtomicFiles disk = on(BrokenDisk.class);
    AtomicInteger losses = new AtomicInteger();
    Lease lease = lease(disk, "one", clock, losses::incrementAndGet);
    lease.take();
    BrokenDisk broken = (BrokenDisk) disk.system();
    broken.hang = new CountDownLatch(1);
    Thread heartbeat = new Thread(lease::beat);
    heartbeat.start();
    broken.hangs.await();
    lease.watch();
    clock.advance(LONG.plusSeconds(1));
    lease.watch();
    assertThat(losses).as("the process may only have been suspended").hasValue(0);
    lease.watch();
    assertThat(losses).hasValue(1);
    assertThatThrownBy(lease::requireHeld).isInstanceOf(Lease.LostException.class);
    broken.hang.countDown();
    heartbeat.join();
  }

  @Test
  void suspendedRunContinuesIfNobodyHasTakenOver() throws IOException {
    Clock clock = new Clock();
    Lease lease = lease(files, "one", clock, () -> {});
    lease.take();
    clock.suspend(Duration.ofHours(8));
    lease.requireHeld();
    lease.requireHeld();
  }

  /** The other run has written its lease, but it has not fenced this one yet. */
  @Test
  void suspendedRunYieldsToOneThatIsTakingOver() throws IOException {
    Clock clock = new Clock();
    Lease lease = lease(files, "one", clock, () -> {});
    lease.take();
    clock.suspend(Duration.ofHours(8));
    abandon("two", Instant.now(), ProcessHandle.current().pid());
    assertThatThrownBy(lease::requireHeld).isInstanceOf(Lease.LostException.class);
  }

  @Test
  void filesThatAreNewerThanTheLastHeartbeatAreNotDeleted() throws IOException {
    try (Lease lease = acquire("one", LONG)) {
      Path old = Files.writeString(meta.resolve("old"), "an orphan");
      Path young = Files.writeString(meta.resolve("young"), "of the run that has taken over");
      Instant latest = lease.confirm();
      Files.setLastModifiedTime(young, FileTime.from(latest.plusSeconds(1)));
      assertThat(lease.files().deleteIfOld(hadoop(young), latest)).isFalse();
      assertThat(lease.files().deleteIfOld(hadoop(old), latest)).isTrue();
      assertThat(lease.files().deleteIfOld(hadoop(old), latest)).as("again").isFalse();
      assertThat(names()).contains("young").doesNotContain("old");
    }
  }

  private Lease lease(AtomicFiles on, String run, Clock clock, Runnable onLoss) {
    return new Lease(on, path(), LeaseRecord.mine(run, LONG), onLoss, clock);
  }

  /** The clocks of a machine, under the control of the test. */
  private static final class Clock implements LeaseClock {
    private long wall = 1_000_000_000_000L;
    private long nanos;

    @Override
    public Moment now() {
      return new Moment(wall, nanos);
    }

    @Override
    public void sleep(Duration time) {
      advance(time);
    }

    void advance(Duration time) {
      suspend(time);
      nanos += time.toNanos();
    }

    /** One of the clocks stops. */
    void suspend(Duration time) {
      wall += time.toMillis();
    }
  }

  /** A file system that can be broken or hang when it creates files. */
  public static final class BrokenDisk extends RawLocalFileSystem {

    private final CountDownLatch hangs = new CountDownLatch(1);
    private volatile boolean isBroken;
    private volatile CountDownLatch hang = new CountDownLatch(0);

    @Override
    public FSDataOutputStreamBuilder<?, ?> createFile(org.apache.hadoop.fs.Path file) {
      if (isBroken) {
        throw new IllegalStateException("a fault of the client library");
      }
      if (hang.getCount() > 0) {
        hangs.countDown();
        try {
          hang.await();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
      return super.createFile(file);
    }
  }

  @Test
  void oldFencesAreRemoved() throws IOException {
    acquire("one", LONG).close();
    acquire("two", LONG).close();
    Instant longAgo = Instant.now().minus(Duration.ofDays(31));
    Files.setLastModifiedTime(meta.resolve(".spackle-one"), FileTime.from(longAgo));
    Lease lease = acquire("three", LONG);
    lease.orphansDeleted();
    lease.done();
    lease.close();
    assertThat(names()).containsExactly(".spackle-two");
  }

  private Lease acquire(String run, Duration timeout) throws IOException {
    return Lease.acquire(files, path(), LeaseRecord.mine(run, timeout), () -> {});
  }

  /** Writes a lease that is not renewed. */
  private void abandon(String run, Instant heartbeat, long process) throws IOException {
    LeaseRecord mine = LeaseRecord.mine(run, LONG);
    LeaseRecord record =
        new LeaseRecord(run, mine.host(), mine.machine(), process, heartbeat, mine.timeout());
    Path file = meta.resolve(".spackle-" + run + "/claim");
    Files.createDirectories(file.getParent());
    Files.write(file, record.json());
    Files.setLastModifiedTime(file, FileTime.from(heartbeat));
  }

  private org.apache.hadoop.fs.Path path() {
    return hadoop(meta);
  }

  private static org.apache.hadoop.fs.Path hadoop(Path path) {
    return new org.apache.hadoop.fs.Path(path.toUri());
  }

  private List<String> names() throws IOException {
    try (Stream<Path> found = Files.list(meta)) {
      return found.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
