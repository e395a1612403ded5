package io.spackle.jobs.lease;

import io.spackle.jobs.files.AtomicFiles;
import io.spackle.jobs.files.AtomicFiles.Content;
import io.spackle.jobs.files.AtomicFiles.Version;
import io.spackle.sink.HadoopFiles;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Instant;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The changes of one run to the files of its output. None is made once the run is fenced.
 *
 * <p>On file systems with folders that holds without a gap, however long the process is suspended:
 * each change is a rename from the run's folder or into it, and the fence has replaced this folder.
 * On object stores, and for deletions on another volume than that of the run's folder, the fence is
 * looked for just before each request.
 *
 * <p>Every method throws {@link Lease.LostException} if the run is fenced.
 */
public final class RunFiles {

  private final AtomicFiles files;
  private final Leases leases;
  private final Path folder;
  private final Runnable check;

  /**
   * @param folder the run's hidden folder
   * @param check made before each change
   */
  RunFiles(AtomicFiles files, Leases leases, Path folder, Runnable check) {
    this.files = files;
    this.leases = leases;
    this.folder = folder;
    this.check = check;
  }

  /** The files as a task sees them, which knows no more of the lease than whether it is fenced. */
  public static RunFiles ofTask(Path meta, String run, Configuration hadoop) throws IOException {
    AtomicFiles files = AtomicFiles.of(meta, hadoop);
    Path folder = Leases.runFolder(meta, run);
    return new RunFiles(files, new Leases(files, meta), folder, () -> {});
  }

  /** The name of the run. */
  public String run() {
    return folder.getName().substring(AtomicFiles.HIDDEN.length());
  }

  /** The file system, for reading. */
  public AtomicFiles files() {
    return files;
  }

  /** A file in the run's hidden folder. */
  public Path hidden(String name) {
    return new Path(folder, name);
  }

  /**
   * Creates a file unless the name is taken.
   *
   * @return whether it has this content now
   */
  public boolean create(Path name, byte[] bytes) throws IOException {
    return change(() -> files.create(name, bytes, folder));
  }

  /** Writes a file, replacing any file of that name. */
  public void write(Path name, byte[] bytes) throws IOException {
    write(name, out -> out.write(bytes));
  }

  /** The same for content of any length. */
  public void write(Path name, Content content) throws IOException {
    change(
        () -> {
          files.write(name, content, folder);
          return true;
        });
  }

  /** Writes a file of any length to the run's folder, replacing any file of that name. */
  public void writeHidden(String name, Content content) throws IOException {
    write(hidden(name), content);
  }

  /**
   * Gives a complete file of the run's folder its name unless that is taken.
   *
   * @return whether the name was free
   */
  public boolean publish(Path complete, Path name) throws IOException {
    return change(() -> files.publish(complete, name));
  }

  /**
   * Replaces a file by a complete one from the run's folder. On object stores that support it, the
   * request carries the version that the file had before the fence was looked for: another run's
   * file is never replaced.
   */
  public void replaceBy(Path complete, Path name) throws IOException {
    Version version = files.version(name);
    change(
        () -> {
          files.replaceBy(complete, name, version);
          return true;
        });
  }

  /** Deletes a file or folder; returns false if there is none. */
  public boolean delete(Path path) throws IOException {
    return change(() -> HadoopFiles.isObjectStore(files.system()) ? remove(path) : trash(path));
  }

  /** Deletes a folder unless there is something in it. */
  public void deleteEmpty(Path folder) throws IOException {
    FileSystem system = files.system();
    if (system.exists(folder) && !system.listStatusIterator(folder).hasNext()) {
      check.run();
      system.delete(folder, false);
    }
  }

  /**
   * Deletes a file unless it is newer than a time.
   *
   * @param latest by the file system's clock
   * @return whether it was deleted
   */
  public boolean deleteIfOld(Path file, Instant latest) throws IOException {
    return isOld(file, latest) && delete(file);
  }

  /** Whether a file exists and is not newer than a time by the file system's clock. */
  public boolean isOld(Path file, Instant latest) throws IOException {
    try {
      FileStatus status = files.system().getFileStatus(file);
      return status.getModificationTime() <= latest.toEpochMilli();
    } catch (FileNotFoundException e) {
      return false;
    }
  }

  /**
   * Checks that the run is not fenced. On object stores a run that has ended is, too.
   *
   * @throws Lease.LostException if it is
   */
  public void requireNotFenced() throws IOException {
    if (leases.isFenced(folder)) {
      throw new Lease.LostException(
          "the run %s was fenced: it has ended, or another run has taken over the output"
              .formatted(run()));
    }
  }

  /** A change of one file. */
  @FunctionalInterface
  private interface Change {
    boolean make() throws IOException;
  }

  private boolean change(Change change) throws IOException {
    check.run();
    requireNotFenced();
    try {
      return change.make();
    } catch (IOException e) {
      requireNotFenced();
      throw e;
    }
  }

  private boolean remove(Path path) throws IOException {
    return files.system().delete(path, true);
  }

  private boolean trash(Path path) throws IOException {
    if (!files.system().exists(path)) {
      return false;
    }
    Path trash = hidden("trash-" + UUID.randomUUID());
    try {
      files.move(path, trash);
    } catch (IOException e) {
      if (!files.system().exists(path)) {
        return false; // another process has deleted it
      }
      // Only where a rename is impossible, since the run may be suspended between check and
      // deletion.
      if (!files.system().exists(folder) || files.areOnOneVolume(path, folder)) {
        throw e;
      }
      requireNotFenced(); // last, since it must be as late as possible
      return remove(path);
    }
    files.deleteQuietly(trash);
    return true;
  }
}
