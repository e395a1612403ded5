package io.spackle.sink;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options.Rename;
import org.apache.hadoop.fs.Path;

/**
 * A file that is written incrementally and appears under its name completely, replacing an existing
 * file, or not at all.
 */
final class AtomicFile implements AutoCloseable {

  private final FileSystem files;
  private final Path target;
  private final Path written;
  private final FSDataOutputStream out;
  private boolean isFinished;

  private AtomicFile(FileSystem files, Path target, Path written) throws IOException {
    this.files = files;
    this.target = target;
    this.written = written;
    this.out = files.createFile(written).overwrite(true).recursive().build();
  }

  /** Begins a file. Object stores show nothing before it is finished, so they need no rename. */
  static AtomicFile create(FileSystem files, Path target) throws IOException {
    Path hidden = new Path(target.getParent(), "._" + UUID.randomUUID() + ".tmp");
    return new AtomicFile(files, target, HadoopFiles.isObjectStore(files) ? target : hidden);
  }

  /** The stream to write to; closing it has no effect. */
  OutputStream stream() {
    return new FilterOutputStream(out) {
      @Override
      public void write(byte[] bytes, int from, int count) throws IOException {
        out.write(bytes, from, count);
      }

      @Override
      public void close() {}
    };
  }

  /** Completes the file and gives it its name. */
  void finish() throws IOException {
    isFinished = true;
    out.close();
    if (files.getUri().getScheme().equals("file")) {
      Files.move(local(written), local(target), StandardCopyOption.ATOMIC_MOVE);
    } else if (!written.equals(target)) {
      FileContext.getFileContext(files.getUri(), files.getConf())
          .rename(written, target, Rename.OVERWRITE);
    }
  }

  /** Discards the file, unless it is finished. */
  @Override
  public void close() throws IOException {
    if (isFinished) {
      return;
    }
    isFinished = true;
    if (written.equals(target)) {
      out.abort(); // closing it would publish it
    } else {
      out.close();
      files.delete(written, false);
    }
  }

  private static java.nio.file.Path local(Path path) {
    return java.nio.file.Path.of(path.toUri().getPath());
  }
}
