package io.spackle.jobs.lease;

import io.spackle.conf.RefusedException;
import io.spackle.jobs.driver.PeriodicTask;
import io.spackle.jobs.files.AtomicFiles;
import io.spackle.sink.HadoopFiles;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
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
 * atomic operation. A lease that expired, because its process was suspended, is renewed by the same
 * three steps.
 *
 * <p>The lease is held while the last written heartbeat is younger than the timeout: {@link
 * #requireHeld} compares, so it does not matter whether the heartbeat's thread is slow, stuck or
 * dead. Every change of the output goes through {@link #files()}, which asks it.
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
  private final LeaseClock clock;
  private final Runnable atShutdown = this::fence;
  private final ReentrantLock beating = new ReentrantLock();
  private final LastBeat lastBeat;
  private boolean isDone;
  private boolean wasSeenExpired;
  private PeriodicTask heartbeat;
  private PeriodicTask watch;

  /** Another run has taken over the output: this one must not write to it any more. */
  public static final class LostException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public LostException(String message) {
      super(message);
    }
  }

  Lease(AtomicFiles files, Path meta, LeaseRecord record, Runnable onLoss, LeaseClock clock) {
    this.files = files;
    this.leases = new Leases(files, meta);
    this.record = record;
    this.folder = Leases.runFolder(meta, record.run());
    this.file = Leases.leaseFile(folder);
    this.onLoss = onLoss;
    this.clock = clock;
    this.lastBeat = new LastBeat(clock.now());
  }

  /**
   * Acquires the lease of an output and fences the runs whose leases have expired.
   *
   * @param meta the output's folder of meta files, need not exist
   * @param onLoss called, from another thread, when the lease is lost
   * @throws RefusedException if another run holds the lease
   */
  public static Lease acquire(AtomicFiles files, Path meta, LeaseRecord record, Runnable onLoss)
      throws IOException {
    Lease lease = new Lease(files, meta, record, onLoss, LeaseClock.OF_MACHINE);
    lease.take();
    lease.start();
    return lease;
  }

  /** Acquires the lease without starting the heartbeat. */
  void take() throws IOException {
    lastBeat.renew(clock.now());
    files.makeFolder(folder);
    files.write(file, record.json(), folder);
    try {
      List<Path> others = leases.folders(); // a run that starts after this must not be fenced
      refuseIfAnotherIsLive();
      fenceExpired(others);
    } catch (IOException | RuntimeException e) {
      files.system().delete(folder, true);
      throw e;
    }
  }

  /** Whether fenced runs may have left orphaned images: images that no meta row names. */
  public boolean orphansPossible() throws IOException {
    return leases.orphansPossible();
  }

  /** Records that orphaned images have been deleted. */
  public void orphansDeleted() throws IOException {
    files().delete(leases.orphanMarker());
    leases.deleteOldFences(now());
  }

  /** The name of the run. */
  public String run() {
    return record.run();
  }

  /** The files of the output; each change requires that the lease is held. */
  public RunFiles files() {
    return new RunFiles(files, leases, folder, this::requireHeld);
  }

  /**
   * Checks that the lease is held: that a heartbeat was written within the timeout.
   *
   * @throws LostException if it is not, or another run has taken over
   */
  public void requireHeld() {
    if (!isHeld()) {
      lose();
      throw new LostException(
          "another run took over the output, or may have: the last heartbeat of this run is more than %d s old (spackle.output.claim-timeout)"
              .formatted(record.timeout().toSeconds()));
    }
  }

  /**
   * Writes a heartbeat and returns its time by the file system's clock. A run that takes over later
   * creates its files after that time.
   *
   * @throws LostException if the lease is lost
   */
  public Instant confirm() throws IOException {
    beating.lock();
    try {
      renew();
      requireHeld();
      return now();
    } finally {
      beating.unlock();
    }
  }

  /** Records that all tasks have finished, so that closing the lease need not fence the run. */
  public void done() {
    isDone = true;
  }

  /** Releases the lease: the next run may start at once. */
  @Override
  public void close() {
    watch.close();
    heartbeat.close(); // a concurrent heartbeat would write the lease file again once it is deleted
    if (!ShutdownHookManager.get().isShutdownInProgress()) {
      ShutdownHookManager.get().removeShutdownHook(atShutdown);
    }
    release();
  }

  /** Deletes the folder of a run that ended normally; fences any other. */
  void release() {
    if (isDone && isHeld()) {
      end();
    } else {
      fence();
    }
  }

  private void end() {
    try {
      leases.end(folder);
    } catch (IOException e) {
      LOG.warn("cannot end {}; its lease will expire", folder, e);
    }
  }

  /** The time by the file system's clock. */
  private Instant now() throws IOException {
    return Instant.ofEpochMilli(files.system().getFileStatus(file).getModificationTime());
  }

  private List<Leases.Live> others() throws IOException {
    return leases.live(now()).stream()
        .filter(live -> !live.record().run().equals(record.run()))
        .toList();
  }

  private void refuseIfAnotherIsLive() throws IOException {
    List<String> problems =
        others().stream().map(live -> live.problem(folder.getParent())).toList();
    if (!problems.isEmpty()) {
      throw new RefusedException(problems);
    }
  }

  private void fenceExpired(List<Path> others) throws IOException {
    for (Path other : others) {
      if (!other.getName().equals(folder.getName())) {
        requireHeld(); // suspended for long, this run may have been fenced by one that is live now
        leases.fence(other);
        requireNotExpired(); // suspended for long, it may have fenced one that is live again
      }
    }
    requireHeld();
    settle(false);
  }

  /** Does not renew the lease: what was decided before it expired may be wrong. */
  private void requireNotExpired() {
    if (isExpired()) {
      lose();
      throw new LostException(
          "this run was suspended while it took over the output; start the job again");
    }
  }

  /**
   * Waits for late requests of runs that have ended: before files whose names they may create are
   * removed. It is needed on object stores only.
   */
  public void awaitLateRequests() throws IOException {
    settle(true);
  }

  /** Waits for requests of fenced runs, whoever has fenced them. */
  private void settle(boolean orEnded) throws IOException {
    if (HadoopFiles.isObjectStore(files.system())) {
      Duration rest = SETTLING.minus(Duration.between(leases.lastFence(orEnded), now()));
      if (!rest.isNegative()) {
        clock.sleep(rest);
      }
    }
  }

  private void start() {
    ShutdownHookManager.get().addShutdownHook(atShutdown, SHUTDOWN_PRIORITY);
    Duration interval = record.timeout().dividedBy(BEATS_PER_TIMEOUT);
    heartbeat = PeriodicTask.start("spackle-lease", interval, this::beat);
    watch = PeriodicTask.start("spackle-lease-watch", interval, this::watch);
  }

  /** Writes a heartbeat, unless another thread is about to. */
  void beat() {
    if (!beating.tryLock()) {
      return;
    }
    try {
      renew();
    } catch (IOException | RuntimeException e) {
      LOG.warn("cannot renew the lease {}", file, e);
    } finally {
      beating.unlock();
    }
  }

  private void renew() throws IOException {
    Moment begun = clock.now();
    boolean wasExpired = isExpired();
    if (lastBeat.isLost() || !rewrite() || wasExpired && !others().isEmpty()) {
      lose();
    } else {
      lastBeat.renew(begun);
    }
  }

  /**
   * Writes the lease file again, unless it is gone. Its content stays the same, and so does its
   * version: an object store refuses the request if a run that took over has deleted it.
   */
  private boolean rewrite() throws IOException {
    if (leases.isFenced(folder) || !files.system().exists(file)) {
      return false;
    }
    AtomicFiles.Version version = files.version(file);
    if (leases.isFenced(folder)) {
      return false;
    }
    files.replace(file, version, record.json(), folder);
    return true;
  }

  /**
   * Loses a lease whose heartbeat hangs. It gives the heartbeat of a process that was suspended the
   * time to renew it.
   */
  void watch() {
    boolean isExpired = isExpired();
    if (isExpired && wasSeenExpired) {
      lose();
    }
    wasSeenExpired = isExpired;
  }

  private boolean isHeld() {
    if (!lastBeat.isLost() && isExpired()) {
      beat(); // the process was suspended; nobody may have taken over
    }
    return !isExpired();
  }

  /** Whether the lease has expired or is lost. */
  private boolean isExpired() {
    return !lastBeat.isWithin(record.timeout(), clock.now());
  }

  private void lose() {
    if (lastBeat.lose()) {
      LOG.warn("the lease {} is lost", file);
      onLoss.run();
    }
  }

  private void fence() {
    try {
      leases.fence(folder);
    } catch (IOException e) {
      LOG.warn("cannot fence {}; its lease will expire", folder, e);
    }
  }
}
