package io.spackle.jobs.lease;

import io.spackle.conf.RefusedException;
import io.spackle.jobs.driver.PeriodicTask;
import io.spackle.jobs.files.AtomicFiles;
import io.spackle.sink.HadoopFiles;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.ShutdownHookManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lease of an output: the right of one run to write to it, renewed by a heartbeat until closed.
 *
 * <p>A run acquires it in three steps: it writes its own lease file, lists the leases of all other
 * runs, and withdraws if one of them is alive. Of two runs that start at the same time at least one
 * sees the other, so they never both proceed; it may happen that neither does. The protocol needs a
 * file system whose listings show completed writes, as those of all current stores do, and no
 * atomic operation.
 *
 * <p>A lease whose last heartbeat is older than its timeout is taken over, and its run is fenced,
 * see {@link Leases}: tasks that are still running for it cannot publish. Object stores have no
 * folders that could be taken away. There, a task checks for the fence just before it publishes,
 * and a run that takes over waits for {@link #SETTLING}: only a task that stalls between check and
 * publication for longer than that could publish rows that the next run processes, too.
 *
 * <p>If the JVM ends first, for instance by Ctrl-C, the run fences itself.
 */
public final class Lease implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Lease.class);

  /** Heartbeats that may fail before the lease can expire. */
  private static final int BEATS_PER_TIMEOUT = 4;

  private static final Duration SETTLING = Duration.ofSeconds(10);

  /** Before Spark stops (40), so that no task of an aborted run publishes afterwards. */
  private static final int SHUTDOWN_PRIORITY = 60;

  private final AtomicFiles files;
  private final Leases leases;
  private final LeaseRecord record;
  private final Path folder;
  private final Path file;
  private final Runnable onLoss;
  private final Runnable atShutdown = this::fence;
  private volatile boolean isLost;
  private volatile long lastBeat = System.nanoTime();
  private boolean isDone;
  private PeriodicTask heartbeat;

  /** Another run has taken over the output: this one must not write to it any more. */
  public static final class LostException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public LostException(String message) {
      super(message);
    }
  }

  private Lease(AtomicFiles files, Path meta, LeaseRecord record, Runnable onLoss) {
    this.files = files;
    this.leases = new Leases(files, meta);
    this.record = record;
    this.folder = Leases.runFolder(meta, record.run());
    this.file = Leases.leaseFile(folder);
    this.onLoss = onLoss;
  }

  /**
   * Acquires the lease of an output and fences the runs whose leases have expired.
   *
   * @param meta the output's folder of meta files, need not exist
   * @param onLoss called, from another thread, when another run has taken over the lease
   * @throws RefusedException if another run holds the lease
   */
  public static Lease acquire(AtomicFiles files, Path meta, LeaseRecord record, Runnable onLoss)
      throws IOException {
    Lease lease = new Lease(files, meta, record, onLoss);
    lease.write();
    try {
      lease.refuseIfAnotherIsLive(meta);
      lease.fenceExpired();
    } catch (IOException | RuntimeException e) {
      files.system().delete(lease.folder, true);
      throw e;
    }
    lease.start();
    return lease;
  }

  /** Whether fenced runs may have left orphaned images: images that no meta row names. */
  public boolean orphansPossible() throws IOException {
    return leases.orphansPossible();
  }

  /** Records that orphaned images have been deleted. */
  public void orphansDeleted() throws IOException {
    leases.orphansDeleted(now());
  }

  /** The hidden folder of this run, see {@link Leases#runFolder}. */
  public Path folder() {
    return folder;
  }

  /**
   * Checks that the lease is still held.
   *
   * @throws LostException if another run has taken over
   */
  public void check() {
    if (isLost) {
      throw new LostException(
          "another run took over the output: the last heartbeat of this run is more than %d s old (spackle.output.claim-timeout)"
              .formatted(record.timeout().toSeconds()));
    }
  }

  /** Records that all tasks have finished, so that closing the lease need not fence the run. */
  public void done() {
    isDone = true;
  }

  /** Releases the lease: the next run may start at once. */
  @Override
  public void close() {
    heartbeat.close(); // a concurrent heartbeat would write the lease file again once it is deleted
    if (!ShutdownHookManager.get().isShutdownInProgress()) {
      ShutdownHookManager.get().removeShutdownHook(atShutdown);
    }
    if (isDone && !isLost) {
      delete();
    } else {
      fence();
    }
  }

  private void write() throws IOException {
    files.write(file, record.json());
  }

  /** The time by the file system's clock. */
  private Instant now() throws IOException {
    return Instant.ofEpochMilli(files.system().getFileStatus(file).getModificationTime());
  }

  private void refuseIfAnotherIsLive(Path meta) throws IOException {
    List<String> problems =
        leases.live(now()).stream()
            .filter(live -> !live.record().run().equals(record.run()))
            .map(live -> live.problem(meta))
            .toList();
    if (!problems.isEmpty()) {
      throw new RefusedException(problems);
    }
  }

  private void fenceExpired() throws IOException {
    boolean tookOver = false;
    for (Path other : leases.folders()) {
      if (!other.getName().equals(folder.getName())) {
        leases.fence(other);
        tookOver = true;
      }
    }
    if (tookOver && HadoopFiles.isObjectStore(files.system())) {
      sleep(SETTLING);
    }
  }

  private void start() {
    ShutdownHookManager.get().addShutdownHook(atShutdown, SHUTDOWN_PRIORITY);
    heartbeat =
        PeriodicTask.start(
            "spackle-lease", record.timeout().dividedBy(BEATS_PER_TIMEOUT), this::beat);
  }

  private void beat() {
    if (isLost) {
      return;
    }
    try {
      isLost = !files.system().exists(file) || leases.isFenced(folder);
      if (!isLost) {
        write();
        lastBeat = System.nanoTime();
      }
    } catch (IOException e) {
      LOG.warn("cannot renew the lease {}", file, e);
      isLost = System.nanoTime() - lastBeat > record.timeout().toNanos();
    }
    if (isLost) {
      onLoss.run();
    }
  }

  private void delete() {
    try {
      files.system().delete(folder, true);
    } catch (IOException e) {
      LOG.warn("cannot delete {}; the next run will", folder, e);
    }
  }

  private void fence() {
    try {
      leases.fence(folder);
    } catch (IOException e) {
      LOG.warn("cannot fence {}; its lease will expire", folder, e);
    }
  }

  private static void sleep(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for fenced runs to settle", e);
    }
  }
}
