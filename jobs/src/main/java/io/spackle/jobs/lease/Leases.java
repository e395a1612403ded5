package io.spackle.jobs.lease;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.spackle.jobs.files.AtomicFiles;
import io.spackle.sink.HadoopFiles;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;

/**
 * The leases in an output's folder of meta files, live and expired: each is a file in the hidden
 * folder of its run.
 *
 * <p>An expired run is fenced. On file systems with folders, a file permanently replaces the run's
 * folder: remaining tasks of that run can then neither publish files nor write new ones. On object
 * stores the file is beside the folder, and a task checks for it before it publishes, see {@link
 * Lease}.
 */
public final class Leases {

  private static final int READ_ATTEMPTS = 3;
  private static final int FENCE_ATTEMPTS = 1000;
  private static final String FENCE = ".fence";
  private static final byte[] ENDED = "ended".getBytes(US_ASCII);
  private static final Duration FENCE_RETENTION = Duration.ofDays(30);

  private final AtomicFiles files;
  private final Path meta;

  /**
   * @param meta the output's folder of meta files, need not exist
   */
  public Leases(AtomicFiles files, Path meta) {
    this.files = files;
    this.meta = meta;
  }

  /**
   * A run whose lease has not expired.
   *
   * @param silence time since its last heartbeat
   */
  public record Live(LeaseRecord record, Duration silence) {

    /** Why no other run may start, and what to do about it. */
    public String problem(Path meta) {
      Path file = leaseFile(runFolder(meta, record.run()));
      if (record.isOfUnknownHolder()) {
        return "spackle.output.path %s may be being written by the run %s, whose lease %s is empty or damaged: wait until that file is %d s old, it is %d s now, or delete it if no run is active"
            .formatted(
                meta.getParent(),
                record.run(),
                file,
                record.timeout().toSeconds(),
                silence.toSeconds());
      }
      return "spackle.output.path %s is being written by the run %s on %s (process %d) since %s, last heartbeat %d s ago: wait for it to end, or stop it; if it crashed, its lease expires %d s after that heartbeat, or at once if you delete %s"
          .formatted(
              meta.getParent(),
              record.run(),
              record.host(),
              record.process(),
              record.since(),
              silence.toSeconds(),
              record.timeout().toSeconds(),
              file);
    }
  }

  /**
   * The hidden folder of one run, below the meta files: it holds the run's lease and the
   * unpublished files of its tasks. A file that is gone from it cannot be published.
   */
  public static Path runFolder(Path meta, String run) {
    return new Path(meta, AtomicFiles.HIDDEN + run);
  }

  /** The run of a hidden folder. */
  private static String run(Path folder) {
    return folder.getName().substring(AtomicFiles.HIDDEN.length());
  }

  /** The file in a run's folder that records its holder; rewritten by each heartbeat. */
  static Path leaseFile(Path runFolder) {
    return new Path(runFolder, "claim");
  }

  /**
   * The runs whose leases have not expired.
   *
   * @param now by the file system's clock
   */
  public List<Live> live(Instant now) throws IOException {
    List<Live> live = new ArrayList<>();
    for (Path folder : folders()) {
      Live run = liveOrNull(leaseFile(folder), now);
      if (run != null) {
        live.add(run);
      }
    }
    return live;
  }

  /** The folders of all runs that did not end normally or have not ended yet. */
  List<Path> folders() throws IOException {
    Set<Path> folders = new LinkedHashSet<>();
    Set<Path> fences = new HashSet<>();
    if (files.system().exists(meta)) {
      for (FileStatus status : files.system().listStatus(meta)) {
        if (isHidden(status)) {
          if (status.isDirectory()) {
            folders.add(status.getPath());
          } else {
            fences.add(folderOf(status.getPath()));
          }
        }
      }
    }
    folders.removeAll(fences); // an object store has both until the folder is deleted
    return List.copyOf(folders);
  }

  /** Fences a run: once this returns, its tasks publish nothing more. */
  void fence(Path folder) throws IOException {
    files.system().create(orphanMarker(), true).close();
    if (hasFolders()) {
      replaceByFence(folder);
    } else {
      // The fence first: whoever fences may end in between, and without a lease nobody sees the
      // run.
      files.system().create(fenceOf(folder), true).close();
      files.system().delete(folder, true);
    }
  }

  /**
   * Removes a run that has ended normally. On object stores it leaves a fence, which says so: an
   * attempt of a task that Spark has given up could otherwise add a file again that was merged
   * since.
   */
  void end(Path folder) throws IOException {
    if (!hasFolders()) {
      try (FSDataOutputStream fence = files.system().create(fenceOf(folder), true)) {
        fence.write(ENDED);
      }
    }
    files.deleteQuietly(folder);
  }

  private void replaceByFence(Path folder) throws IOException {
    for (int attempt = 1; !isFenced(folder); attempt++) {
      files.system().delete(folder, true);
      try {
        files.system().create(folder, false).close();
      } catch (IOException e) {
        // If the folder exists again, a task has just created it: retry.
        if (!files.system().exists(folder) || attempt == FENCE_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private boolean hasFolders() {
    return !HadoopFiles.isObjectStore(files.system());
  }

  /** The file that fences a run: in place of its folder, or beside it where there are none. */
  private Path fenceOf(Path folder) {
    return hasFolders() ? folder : folder.suffix(FENCE);
  }

  private Path folderOf(Path fence) {
    String name = fence.getName();
    return name.endsWith(FENCE)
        ? new Path(meta, name.substring(0, name.length() - FENCE.length()))
        : fence;
  }

  /**
   * When a run was fenced last, by the file system's clock; long ago if none was.
   *
   * @param orEnded whether the ends of runs count, too
   */
  Instant lastFence(boolean orEnded) throws IOException {
    Instant last = Instant.EPOCH;
    for (FileStatus status : files.system().listStatus(meta)) {
      Instant time = Instant.ofEpochMilli(status.getModificationTime());
      boolean isFence = isHidden(status) && status.getPath().getName().endsWith(FENCE);
      boolean counts = isFence && (orEnded || status.getLen() == 0);
      last = counts && time.isAfter(last) ? time : last;
    }
    return last;
  }

  /** Whether a run was fenced since orphaned images were last deleted. */
  boolean orphansPossible() throws IOException {
    return files.system().exists(orphanMarker());
  }

  /**
   * Removes fences that are too old for any task of their runs to be alive.
   *
   * @param now by the file system's clock
   */
  void deleteOldFences(Instant now) throws IOException {
    for (FileStatus status : files.system().listStatus(meta)) {
      Instant fenced = Instant.ofEpochMilli(status.getModificationTime());
      boolean isOld = fenced.plus(FENCE_RETENTION).isBefore(now);
      if (status.isFile() && isHidden(status) && isOld) {
        files.system().delete(status.getPath(), false);
      }
    }
  }

  /** Whether a run was fenced. */
  public boolean isFenced(Path folder) throws IOException {
    try {
      return files.system().getFileStatus(fenceOf(folder)).isFile();
    } catch (FileNotFoundException e) {
      return false;
    }
  }

  /** The file whose existence says that orphaned images are possible. */
  Path orphanMarker() {
    return new Path(meta, AtomicFiles.HIDDEN + "unswept");
  }

  private static boolean isHidden(FileStatus status) {
    return status.getPath().getName().startsWith(AtomicFiles.HIDDEN);
  }

  private Live liveOrNull(Path file, Instant now) throws IOException {
    try {
      LeaseRecord record = LeaseRecord.ofFile(read(file), run(file.getParent()));
      long heartbeat = files.system().getFileStatus(file).getModificationTime();
      Duration silence = Duration.between(Instant.ofEpochMilli(heartbeat), now);
      boolean isExpired = record.isOfDeadProcess() || silence.compareTo(record.timeout()) > 0;
      return isExpired ? null : new Live(record, silence.isNegative() ? Duration.ZERO : silence);
    } catch (FileNotFoundException e) {
      return null; // the run has ended, or crashed before it wrote its lease
    }
  }

  /** Retries, because HDFS may fail a read while the file is being replaced. */
  private byte[] read(Path file) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        return files.read(file);
      } catch (FileNotFoundException e) {
        throw e;
      } catch (IOException e) {
        if (attempt == READ_ATTEMPTS) {
          throw e;
        }
      }
    }
  }
}
