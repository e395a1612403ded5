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
 * The right of one run to write to an output, kept up by a heartbeat until closed.
 *
 * <p>Taken in three steps: write the own claim, look at all others, withdraw if one is alive. Of
 * two runs that start at the same time at least one sees the other, so never do both go on; it may
 * be that neither does. That takes a file system whose listings show what was written, as all of
 * today's do, and no atomic operation.
 *
 * <p>A claim whose heartbeat stopped for longer than its timeout is taken over, and its run fenced,
 * see {@link Leases}: tasks that it left behind cannot publish. On object stores, which have no
 * folders to take away, a task looks for the fence just before it publishes, and whoever takes over
 * waits for {@link #SETTLING}: only a task that hangs in between for longer could publish rows that
 * the next run does, too.
 *
 * <p>If the JVM ends first, by Ctrl-C say, the run fences itself.
 */
public final class Lease implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Lease.class);

  /** Heartbeats that may fail before the claim can end. */
  private static final int BEATS_PER_TIMEOUT = 4;

  private static final Duration SETTLING = Duration.ofSeconds(10);

  /** Before Spark stops (40), so that no task of a broken run publishes any more. */
  private static final int SHUTDOWN_PRIORITY = 60;

  private final AtomicFiles files;
  private final Leases claims;
  private final RunFolder folder;
  private final LeaseRecord note;
  private final Runnable onLoss;
  private final Runnable atShutdown = this::fence;
  private volatile boolean isLost;
  private volatile long lastBeat = System.nanoTime();
  private boolean isDone;
  private PeriodicTask heart;

  private Lease(AtomicFiles files, Path meta, LeaseRecord note, Runnable onLoss) {
    this.files = files;
    this.claims = new Leases(files, meta);
    this.folder = RunFolder.of(meta, note.run());
    this.note = note;
    this.onLoss = onLoss;
  }

  /**
   * Claims a folder of meta files and fences the runs that died.
   *
   * @param onLoss called, from another thread, when another run took the claim over
   * @throws RefusedException if another run holds it
   */
  public static Lease take(AtomicFiles files, Path meta, LeaseRecord note, Runnable onLoss)
      throws IOException {
    Lease claim = new Lease(files, meta, note, onLoss);
    claim.write();
    try {
      claim.withdrawIfAnotherLives(meta);
      claim.fenceTheDead();
    } catch (IOException | RuntimeException e) {
      files.system().delete(claim.folder.path(), true);
      throw e;
    }
    claim.start();
    return claim;
  }

  /** Whether runs that did not end well may have left images that no row names. */
  public boolean areUnswept() throws IOException {
    return claims.areUnswept();
  }

  /** Says that there are no such images any more. */
  public void swept() throws IOException {
    claims.swept(now());
  }

  public RunFolder folder() {
    return folder;
  }

  /**
   * Goes on only if the claim is still held.
   *
   * @throws LeaseLostException if another run took it over
   */
  public void check() {
    if (isLost) {
      throw new LeaseLostException(
          "another run took over, for this one gave no sign of life for more than "
              + note.timeout().toSeconds()
              + " s (spackle.output.claim-timeout)");
    }
  }

  /** Says that all tasks are done, so that nothing needs a fence any more. */
  public void done() {
    isDone = true;
  }

  /** Ends the claim: the next run may start at once. */
  @Override
  public void close() {
    heart.close(); // a heartbeat under way would write the claim anew that is deleted now
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
    files.write(folder.claim(), note.json());
  }

  /** By the clock of the file system. */
  private Instant now() throws IOException {
    return Instant.ofEpochMilli(files.system().getFileStatus(folder.claim()).getModificationTime());
  }

  private void withdrawIfAnotherLives(Path meta) throws IOException {
    List<String> problems =
        claims.live(now()).stream()
            .filter(live -> !live.note().run().equals(note.run()))
            .map(live -> live.problem(meta))
            .toList();
    if (!problems.isEmpty()) {
      throw new RefusedException(problems);
    }
  }

  private void fenceTheDead() throws IOException {
    boolean tookOver = false;
    for (Path other : claims.folders()) {
      if (!other.getName().equals(folder.path().getName())) {
        claims.fence(other);
        tookOver = true;
      }
    }
    if (tookOver && HadoopFiles.isObjectStore(files.system())) {
      sleep(SETTLING);
    }
  }

  private void start() {
    ShutdownHookManager.get().addShutdownHook(atShutdown, SHUTDOWN_PRIORITY);
    heart =
        PeriodicTask.start(
            "spackle-claim", note.timeout().dividedBy(BEATS_PER_TIMEOUT), this::beat);
  }

  private void beat() {
    if (isLost) {
      return;
    }
    try {
      isLost = !files.system().exists(folder.claim()) || claims.isFenced(folder.path());
      if (!isLost) {
        write();
        lastBeat = System.nanoTime();
      }
    } catch (IOException e) {
      LOG.warn("the claim {} cannot be renewed", folder.claim(), e);
      isLost = System.nanoTime() - lastBeat > note.timeout().toNanos();
    }
    if (isLost) {
      onLoss.run();
    }
  }

  private void delete() {
    try {
      files.system().delete(folder.path(), true);
    } catch (IOException e) {
      LOG.warn("{} cannot be deleted; the next run will", folder.path(), e);
    }
  }

  private void fence() {
    try {
      claims.fence(folder.path());
    } catch (IOException e) {
      LOG.warn("{} cannot be ended; its claim will end by itself", folder.path(), e);
    }
  }

  private static void sleep(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while runs that died settle", e);
    }
  }
}
