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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.Progressable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

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
  void anEndedClaimLeavesNothing() throws IOException {
    Lease claim = take("one", LONG);
    assertThat(names()).containsExactly(".spackle-one");
    claim.done();
    claim.close();
    assertThat(names()).isEmpty();
    take("two", LONG).close();
  }

  /** Written after the claim was deleted, a heartbeat would keep the next run out. */
  @Test
  void aHeartbeatThatIsUnderWayDoesNotOutliveItsClaim() throws Exception {
    Configuration hadoop = new Configuration();
    hadoop.setClass("fs.file.impl", SlowDisk.class, FileSystem.class);
    hadoop.setBoolean("fs.file.impl.disable.cache", true);
    files = AtomicFiles.of(path(), hadoop);
    Lease claim = take("one", SHORT);
    SlowDisk disk = (SlowDisk) files.system();
    disk.isSlow = true;
    disk.begun.await();
    claim.done();
    claim.close();
    disk.ended.await();
    assertThat(names()).isEmpty();
  }

  /** Takes its time to create a file. */
  public static final class SlowDisk extends RawLocalFileSystem {

    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean isSlow;

    @Override
    public FSDataOutputStream create(
        org.apache.hadoop.fs.Path file,
        boolean overwrite,
        int buffer,
        short replication,
        long block,
        Progressable progress)
        throws IOException {
      boolean isHeld = isSlow;
      try {
        if (isHeld) {
          begun.countDown();
          LockSupport.parkNanos(SHORT.toNanos());
        }
        return super.create(file, overwrite, buffer, replication, block, progress);
      } finally {
        if (isHeld) {
          ended.countDown();
        }
      }
    }
  }

  @Test
  void theSecondRunIsRefusedAndToldWhoHoldsTheOutput() throws IOException {
    try (Lease claim = take("one", LONG)) {
      assertThatThrownBy(() -> take("two", LONG))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("is being written by the run one on ")
          .hasMessageContaining("(process " + ProcessHandle.current().pid() + ") since ")
          .hasMessageContaining("last heartbeat 0 s ago")
          .hasMessageContaining("its claim ends 120 s after that heartbeat, or now if you delete ");
      claim.check();
      assertThat(names()).containsExactly(".spackle-one");
    }
  }

  @Test
  void heartbeatsKeepAClaimAlive() throws Exception {
    Duration timeout = Duration.ofSeconds(2); // a busy machine misses many a heartbeat
    try (Lease claim = take("one", timeout)) {
      Thread.sleep(2 * timeout.toMillis());
      assertThatThrownBy(() -> take("two", LONG)).isInstanceOf(RefusedException.class);
      claim.check();
    }
  }

  @Test
  void aSilentRunIsTakenOverAndFenced() throws IOException {
    dead("elsewhere", Instant.now().minus(LONG).minusSeconds(1), ProcessHandle.current().pid());
    Lease claim = take("two", LONG);
    assertThat(meta.resolve(".spackle-elsewhere")).isRegularFile();
    assertThat(claim.areUnswept()).isTrue();
    claim.swept();
    claim.done();
    claim.close();
    assertThat(names()).as("a zombie may still be about").containsExactly(".spackle-elsewhere");
  }

  @Test
  void aDeadProcessOfThisMachineIsTakenOverAtOnce() throws Exception {
    Process process = new ProcessBuilder("true").start();
    process.waitFor();
    dead("here", Instant.now(), process.pid());
    take("two", LONG).close();
    assertThat(meta.resolve(".spackle-here")).isRegularFile();
  }

  @Test
  void deletingItsClaimEndsARun() throws Exception {
    CountDownLatch lost = new CountDownLatch(1);
    try (Lease claim = Lease.take(files, path(), LeaseRecord.mine("one", SHORT), lost::countDown)) {
      Files.delete(meta.resolve(".spackle-one/claim"));
      assertThat(lost.await(10, TimeUnit.SECONDS)).isTrue();
      assertThatThrownBy(claim::check)
          .isInstanceOf(LeaseLostException.class)
          .hasMessageContaining("another run took over");
    }
    take("two", LONG).close();
  }

  @Test
  void aRunThatWasTakenOverNoticesAndKeepsItsHandsOff() throws Exception {
    CountDownLatch lost = new CountDownLatch(1);
    Lease claim = Lease.take(files, path(), LeaseRecord.mine("one", SHORT), lost::countDown);
    new Leases(files, path()).fence(new org.apache.hadoop.fs.Path(path(), ".spackle-one"));
    assertThat(lost.await(10, TimeUnit.SECONDS)).isTrue();
    claim.done();
    claim.close();
    assertThat(meta.resolve(".spackle-one")).as("its fence stays").isRegularFile();
  }

  /** What a task of a run that was taken over tries: to publish what it has, and to begin anew. */
  @Test
  void nothingOfAFencedRunCanBePublished() throws IOException {
    Path begun = meta.resolve(".spackle-one/attempt/one-000001.parquet");
    Files.createDirectories(begun.getParent());
    Files.writeString(begun, "rows");
    new Leases(files, path()).fence(new org.apache.hadoop.fs.Path(path(), ".spackle-one"));
    org.apache.hadoop.fs.Path name = new org.apache.hadoop.fs.Path(path(), "one-000001.parquet");
    assertThatThrownBy(() -> files.publish(hadoop(begun), name)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> files.replace(hadoop(begun), name)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> files.system().create(hadoop(begun))).isInstanceOf(IOException.class);
    assertThat(names()).containsExactlyInAnyOrder(".spackle-one", ".spackle-unswept");
  }

  @Test
  void aRunThatBreaksOffFencesItself() throws IOException {
    take("one", LONG).close();
    assertThat(meta.resolve(".spackle-one")).isRegularFile();
    assertThat(meta.resolve(".spackle-unswept")).exists();
  }

  @Test
  void fencesDoNotStayForEver() throws IOException {
    take("one", LONG).close();
    take("two", LONG).close();
    Instant longAgo = Instant.now().minus(Duration.ofDays(31));
    Files.setLastModifiedTime(meta.resolve(".spackle-one"), FileTime.from(longAgo));
    Lease claim = take("three", LONG);
    claim.swept();
    claim.done();
    claim.close();
    assertThat(names()).containsExactly(".spackle-two");
  }

  private Lease take(String run, Duration timeout) throws IOException {
    return Lease.take(files, path(), LeaseRecord.mine(run, timeout), () -> {});
  }

  /** A claim that nobody renews. */
  private void dead(String run, Instant heartbeat, long process) throws IOException {
    LeaseRecord mine = LeaseRecord.mine(run, LONG);
    LeaseRecord note =
        new LeaseRecord(run, mine.host(), mine.machine(), process, heartbeat, mine.timeout());
    Path claim = meta.resolve(".spackle-" + run + "/claim");
    Files.createDirectories(claim.getParent());
    Files.write(claim, note.json());
    Files.setLastModifiedTime(claim, FileTime.from(heartbeat));
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
