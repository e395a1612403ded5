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

/**
 * A folder of a Hadoop file system. Locations are the folder's URI, a slash and the key. Hadoop
 * shares its file systems in the JVM, so the sink does not close its file system.
 */
final class HadoopSink implements ImageSink {

  private static final int RENAME_ATTEMPTS = 5;

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
      if (HadoopFiles.isObjectStore(files)) {
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
   * Replaces the target, which FileSystem.rename would refuse to do: in one step on HDFS, in two on
   * some other file systems.
   */
  private void rename(Path temporary, Path target) throws IOException {
    FileContext context = FileContext.getFileContext(files.getUri(), files.getConf());
    for (int attempt = 1; ; attempt++) {
      try {
        context.rename(temporary, target, Rename.OVERWRITE);
        return;
      } catch (FileAlreadyExistsException e) {
        // A concurrent attempt at this row wrote the target between the two steps.
        if (attempt == RENAME_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private void create(Path target, byte[] bytes) throws IOException {
    FSDataOutputStreamBuilder<?, ?> builder = files.createFile(target).overwrite(true).recursive();
    // Saves two requests per image on S3A; other file systems ignore it.
    FSDataOutputStream out = builder.opt("fs.s3a.create.performance", true).build();
    try {
      out.write(bytes);
    } catch (IOException | RuntimeException e) {
      abort(out, e);
      throw e;
    }
    out.close();
  }

  /** The stream is not closed even if it cannot be aborted: closing publishes a partial file. */
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
