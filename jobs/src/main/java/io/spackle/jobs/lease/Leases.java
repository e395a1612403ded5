package io.spackle.jobs.lease;

import io.spackle.jobs.files.AtomicFiles;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;

/**
 * The runs that hold, or held, an output: each has a hidden folder with a claim in it.
 *
 * <p>A run that died is fenced: a file takes the place of its folder, for good. On file systems
 * with folders, whatever is left of the run can then neither publish what it had begun nor begin
 * anew. On object stores a task looks before it publishes, see {@link Lease}.
 */
public final class Leases {

  private static final int READ_TRIES = 3;
  private static final Duration FENCES_STAY = Duration.ofDays(30);
  private static final int FENCE_TRIES = 1000;

  private final AtomicFiles files;
  private final Path meta;

  public Leases(AtomicFiles files, Path meta) {
    this.files = files;
    this.meta = meta;
  }

  /**
   * A run whose driver seems to live.
   *
   * @param silence since the last heartbeat
   */
  public record Live(LeaseRecord note, Duration silence) {

    /** For whoever wants to start another run. */
    public String problem(Path meta) {
      Path claim = RunFolder.of(meta, note.run()).claim();
      return "spackle.output.path %s is being written by the run %s on %s (process %d) since %s, last heartbeat %d s ago: let it end or stop it; if it died, its claim ends %d s after that heartbeat, or now if you delete %s"
          .formatted(
              meta.getParent(),
              note.run(),
              note.host(),
              note.process(),
              note.since(),
              silence.toSeconds(),
              note.timeout().toSeconds(),
              claim);
    }
  }

  /**
   * The runs that are under way.
   *
   * @param now by the clock of the file system
   */
  public List<Live> live(Instant now) throws IOException {
    List<Live> live = new ArrayList<>();
    for (Path folder : folders()) {
      Live found = live(new RunFolder(folder), now);
      if (found != null) {
        live.add(found);
      }
    }
    return live;
  }

  /** The folders of all runs that were not closed, living or dead. */
  List<Path> folders() throws IOException {
    List<Path> folders = new ArrayList<>();
    if (files.system().exists(meta)) {
      for (FileStatus status : files.system().listStatus(meta)) {
        if (status.isDirectory() && isHidden(status)) {
          folders.add(status.getPath());
        }
      }
    }
    return folders;
  }

  /** Ends a run from outside; what it has published by the time this returns is all there is. */
  void fence(Path folder) throws IOException {
    files.system().create(unswept(), true).close();
    for (int tries = 1; !isFenced(folder); tries++) {
      files.system().delete(folder, true);
      try {
        files.system().create(folder, false).close();
      } catch (IOException e) {
        // Where the folder is there again, a task began anew in between: once more.
        if (!files.system().exists(folder) || tries == FENCE_TRIES) {
          throw e;
        }
      }
    }
  }

  /** Whether a run was fenced since images were last looked through. */
  boolean areUnswept() throws IOException {
    return files.system().exists(unswept());
  }

  /**
   * Says that images were looked through, and takes away fences of which nobody can be left.
   *
   * @param now by the clock of the file system
   */
  void swept(Instant now) throws IOException {
    files.system().delete(unswept(), false);
    for (FileStatus status : files.system().listStatus(meta)) {
      Instant end = Instant.ofEpochMilli(status.getModificationTime());
      boolean isOld = end.plus(FENCES_STAY).isBefore(now);
      if (status.isFile() && isHidden(status) && isOld) {
        files.system().delete(status.getPath(), false);
      }
    }
  }

  /** Whether a run was ended from outside. */
  public boolean isFenced(Path folder) throws IOException {
    try {
      return files.system().getFileStatus(folder).isFile();
    } catch (FileNotFoundException e) {
      return false;
    }
  }

  private Path unswept() {
    return new Path(meta, AtomicFiles.HIDDEN + "unswept");
  }

  private static boolean isHidden(FileStatus status) {
    return status.getPath().getName().startsWith(AtomicFiles.HIDDEN);
  }

  private Live live(RunFolder folder, Instant now) throws IOException {
    try {
      LeaseRecord note = note(folder.claim());
      long heartbeat = files.system().getFileStatus(folder.claim()).getModificationTime();
      Duration silence = Duration.between(Instant.ofEpochMilli(heartbeat), now);
      boolean isDead = note.isOfDeadProcess() || silence.compareTo(note.timeout()) > 0;
      return isDead ? null : new Live(note, silence.isNegative() ? Duration.ZERO : silence);
    } catch (FileNotFoundException e) {
      return null; // the run ended, or died before it claimed anything
    }
  }

  /** HDFS may answer with an error while a file is being replaced. */
  private LeaseRecord note(Path claim) throws IOException {
    for (int tries = 1; ; tries++) {
      try {
        return LeaseRecord.of(files.read(claim));
      } catch (FileNotFoundException e) {
        throw e;
      } catch (IOException e) {
        if (tries == READ_TRIES) {
          throw e;
        }
      }
    }
  }
}
