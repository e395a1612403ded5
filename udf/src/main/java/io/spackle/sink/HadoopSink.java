package io.spackle.sink;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.UUID;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options.Rename;
import org.apache.hadoop.fs.Path;

/** A folder of any Hadoop file system. Locations are the folder's URI, a slash and the key. */
final class HadoopSink implements ImageSink {

  private static final int RENAME_TRIES = 5;

  private final FileSystem files;
  private final Path folder;

  HadoopSink(FileSystem files, Path folder) {
    this.files = files;
    this.folder = files.makeQualified(folder);
  }

  @Override
  public String write(String key, byte[] bytes) {
    Path target = new Path(folder, key);
    try {
      if (ObjectStores.include(files)) {
        create(target, bytes);
      } else {
        createThenRename(target, bytes);
      }
    } catch (InterruptedIOException e) {
      Thread.currentThread().interrupt();
      throw failed(target, e);
    } catch (IOException e) {
      throw failed(target, e);
    }
    return target.toString();
  }

  /** Hadoop shares its file systems over the JVM, so this one is not ours to close. */
  @Override
  public void close() {}

  private void createThenRename(Path target, byte[] bytes) throws IOException {
    Path temporary = new Path(target.getParent(), "._" + UUID.randomUUID() + ".tmp");
    try {
      create(temporary, bytes);
      rename(temporary, target);
    } catch (IOException | RuntimeException e) {
      deleteQuietly(temporary, e);
      throw e;
    }
  }

  /**
   * Replaces the target, which FileSystem.rename would refuse: in one step on HDFS, in two on some
   * others.
   */
  private void rename(Path temporary, Path target) throws IOException {
    FileContext context = FileContext.getFileContext(files.getUri(), files.getConf());
    for (int tries = 1; ; tries++) {
      try {
        context.rename(temporary, target, Rename.OVERWRITE);
        return;
      } catch (FileAlreadyExistsException e) {
        // Between the two steps, another attempt at this row came first.
        if (tries == RENAME_TRIES) {
          throw e;
        }
      }
    }
  }

  private void create(Path target, byte[] bytes) throws IOException {
    FSDataOutputStreamBuilder<?, ?> builder = files.createFile(target).overwrite(true).recursive();
    // Spares S3A two requests per image; other stores do not know it and need not.
    FSDataOutputStream out = builder.opt("fs.s3a.create.performance", true).build();
    try {
      out.write(bytes);
    } catch (IOException | RuntimeException e) {
      abort(out, e);
      throw e;
    }
    out.close();
  }

  /**
   * Not closed where it cannot be aborted, since a close publishes what has been written so far.
   */
  private static void abort(FSDataOutputStream out, Exception cause) {
    try {
      out.abort();
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  private void deleteQuietly(Path path, Exception cause) {
    try {
      files.delete(path, false);
    } catch (IOException | RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  private static UncheckedIOException failed(Path target, IOException cause) {
    return new UncheckedIOException("cannot write " + target + ": " + cause, cause);
  }
}
