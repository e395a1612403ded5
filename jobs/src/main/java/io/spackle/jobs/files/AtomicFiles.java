package io.spackle.jobs.files;

import io.spackle.sink.HadoopFiles;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options.CreateFileOptionKeys;
import org.apache.hadoop.fs.Options.Rename;
import org.apache.hadoop.fs.Path;

/**
 * A file system on which files get their final names whole: in one step where it is local (a move),
 * HDFS (a rename) or an object store (an object appears when it is complete). On other file systems
 * a file that is replaced may be missing for a moment.
 */
public final class AtomicFiles {

  /** What names of unpublished files begin with: hidden from Spark and most other readers. */
  public static final String HIDDEN = ".spackle-";

  private static final String IF_NONE = CreateFileOptionKeys.FS_OPTION_CREATE_CONDITIONAL_OVERWRITE;

  private final FileSystem files;

  private AtomicFiles(FileSystem files) {
    this.files = files;
  }

  /** The files of the file system that a path lies on. */
  public static AtomicFiles of(Path path, Configuration hadoop) throws IOException {
    return new AtomicFiles(HadoopFiles.withoutChecksums(path, hadoop));
  }

  public FileSystem system() {
    return files;
  }

  /** Gives a finished file its name, unless the name is taken: then the file stays where it is. */
  public void publish(Path file, Path name) throws IOException {
    if (files.exists(name)) {
      return;
    }
    if (isLocal()) {
      move(file, name);
    } else if (HadoopFiles.isObjectStore(files)) {
      copyUnlessTaken(file, name);
    } else if (!files.rename(file, name) && !files.exists(name)) {
      throw new FileNotFoundException("cannot rename " + file + " to " + name);
    }
  }

  /** Gives a finished file its name, in place of what has the name. */
  public void replace(Path file, Path name) throws IOException {
    if (isLocal()) {
      move(file, name);
    } else if (HadoopFiles.isObjectStore(files)) {
      FSDataOutputStreamBuilder<?, ?> target = files.createFile(name);
      copy(file, target.overwrite(true));
      files.delete(file, false);
    } else {
      FileContext.getFileContext(files.getUri(), files.getConf())
          .rename(file, name, Rename.OVERWRITE);
    }
  }

  /** Writes a small file, in place of what has the name. */
  public void write(Path name, byte[] bytes) throws IOException {
    Path hidden = new Path(name.getParent(), HIDDEN + "new-" + UUID.randomUUID());
    try (FSDataOutputStream out = files.create(hidden, false)) {
      out.write(bytes);
    }
    replace(hidden, name);
  }

  /** All bytes of a small file. */
  public byte[] read(Path name) throws IOException {
    try (FSDataInputStream in = files.open(name)) {
      return in.readAllBytes();
    }
  }

  private boolean isLocal() {
    return files.getUri().getScheme().equals("file");
  }

  /** Hadoop's own way falls back to copying, which shows half a file. */
  private static void move(Path file, Path name) throws IOException {
    Files.move(
        java.nio.file.Path.of(file.toUri().getPath()),
        java.nio.file.Path.of(name.toUri().getPath()),
        StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Puts the file on the condition that there is none ({@code If-None-Match: *}), which the store
   * itself decides. Where the file system offers no such condition, two attempts within a moment
   * would leave one whole file of the same rows.
   */
  private void copyUnlessTaken(Path file, Path name) throws IOException {
    try {
      FSDataOutputStreamBuilder<?, ?> target = files.createFile(name);
      target.overwrite(false).recursive();
      if (files.hasPathCapability(name, IF_NONE)) {
        target.must(IF_NONE, true);
      }
      copy(file, target);
    } catch (IOException e) {
      // Refused, or an answer was lost and the repeated request found what the first had put.
      if (!files.exists(name)) {
        throw e;
      }
    }
  }

  private void copy(Path file, FSDataOutputStreamBuilder<?, ?> target) throws IOException {
    byte[] bytes = read(file); // before the target is begun: closing it publishes what it got
    FSDataOutputStream out = target.build();
    out.write(bytes);
    out.close();
  }
}
