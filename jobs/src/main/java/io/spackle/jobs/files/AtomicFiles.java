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
 * A file system on which files appear under their final names only when complete: atomically where
 * it is local (a move), HDFS (a rename) or an object store (an object becomes visible when its
 * upload completes). On other file systems a file that is being replaced may be missing for a
 * moment.
 */
public final class AtomicFiles {

  /** Prefix of the names of unpublished files, which Spark and most other readers ignore. */
  public static final String HIDDEN = ".spackle-";

  private static final String IF_NONE_MATCH =
      CreateFileOptionKeys.FS_OPTION_CREATE_CONDITIONAL_OVERWRITE;

  private final FileSystem files;

  private AtomicFiles(FileSystem files) {
    this.files = files;
  }

  /** The file system of a path. */
  public static AtomicFiles of(Path path, Configuration hadoop) throws IOException {
    return new AtomicFiles(HadoopFiles.withoutChecksums(path, hadoop));
  }

  /** The underlying file system, without Hadoop's checksum files. */
  public FileSystem system() {
    return files;
  }

  /**
   * Publishes a complete file under its final name. If the name already exists, nothing changes:
   * both files stay as they are.
   */
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

  /** Publishes a complete file under its final name, replacing any file of that name. */
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

  /** Writes a small file atomically, replacing any file of that name. */
  public void write(Path name, byte[] bytes) throws IOException {
    Path hidden = new Path(name.getParent(), HIDDEN + "new-" + UUID.randomUUID());
    try (FSDataOutputStream out = files.create(hidden, false)) {
      out.write(bytes);
    }
    replace(hidden, name);
  }

  /** Reads a small file. */
  public byte[] read(Path name) throws IOException {
    try (FSDataInputStream in = files.open(name)) {
      return in.readAllBytes();
    }
  }

  private boolean isLocal() {
    return files.getUri().getScheme().equals("file");
  }

  /** Hadoop's rename falls back to copying, during which readers would see a partial file. */
  private static void move(Path file, Path name) throws IOException {
    Files.move(
        java.nio.file.Path.of(file.toUri().getPath()),
        java.nio.file.Path.of(name.toUri().getPath()),
        StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Uploads the file on the condition that none exists ({@code If-None-Match: *}), which the store
   * checks atomically. If the file system does not support the condition, the last of concurrent
   * attempts wins; all of them have the same rows.
   */
  private void copyUnlessTaken(Path file, Path name) throws IOException {
    try {
      FSDataOutputStreamBuilder<?, ?> target = files.createFile(name);
      target.overwrite(false).recursive();
      if (files.hasPathCapability(name, IF_NONE_MATCH)) {
        target.must(IF_NONE_MATCH, true);
      }
      copy(file, target);
    } catch (IOException e) {
      // The condition failed, or a retried request found the object that its first attempt had put.
      if (!files.exists(name)) {
        throw e;
      }
    }
  }

  private void copy(Path file, FSDataOutputStreamBuilder<?, ?> target) throws IOException {
    byte[] bytes =
        read(file); // before the target is opened: closing it publishes whatever was written
    FSDataOutputStream out = target.build();
    out.write(bytes);
    out.close();
  }
}
