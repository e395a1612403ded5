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
    Configuration hadoop = new Configuration();
    hadoop.setClass("fs.file.impl", SlowDisk.class, FileSystem.class);
    hadoop.setBoolean("fs.file.impl.disable.cache", true);
    files = AtomicFiles.of(path(), hadoop);
    Lease lease = acquire("one", SHORT);
    SlowDisk disk = (SlowDisk) files.system();
    disk.isSlow = true;
    disk.begun.await();
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
    public FSDataOutputStream create(
        org.apache.hadoop.fs.Path file,
        boolean overwrite,
        int buffer,
        short replication,
        long block,
        Progressable progress)
        throws IOException {
      boolean isDelayed = isSlow;
      try {
        if (isDelayed) {
          begun.countDown();
          LockSupport.parkNanos(SHORT.toNanos());
        }
        return super.create(file, overwrite, buffer, replication, block, progress);
      } finally {
        if (isDelayed) {
          ended.countDown();
        }
      }
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
      lease.check();
      assertThat(names()).containsExactly(".spackle-one");
    }
  }

  @Test
  void heartbeatsRenewTheLease() throws Exception {
    Duration timeout = Duration.ofSeconds(2); // a busy machine may miss heartbeats
    try (Lease lease = acquire("one", timeout)) {
      Thread.sleep(2 * timeout.toMillis());
      assertThatThrownBy(() -> acquire("two", LONG)).isInstanceOf(RefusedException.class);
      lease.check();
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
      assertThatThrownBy(lease::check)
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

  /** A task of a run that was taken over may try to publish its file or to write a new one. */
  @Test
  void fencedRunCannotPublish() throws IOException {
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
  void abortedRunFencesItself() throws IOException {
    acquire("one", LONG).close();
    assertThat(meta.resolve(".spackle-one")).isRegularFile();
    assertThat(meta.resolve(".spackle-unswept")).exists();
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
