package io.spackle.jobs;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.DelegateToFileSystem;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/** The local file system as {@code small:///}, with limited free space. */
public final class FullDiskFileSystem extends RawLocalFileSystem {

  static final URI ROOT = URI.create("small:///");

  /** Number of free bytes. */
  static final AtomicLong FREE = new AtomicLong();

  /** Registers the scheme of this file system. */
  static void register(Configuration hadoop) {
    hadoop.set("fs.small.impl", FullDiskFileSystem.class.getName());
    hadoop.set("fs.AbstractFileSystem.small.impl", Context.class.getName());
  }

  /** The same file system for callers of FileContext. */
  public static final class Context extends DelegateToFileSystem {

    /** Called by Hadoop. */
    public Context(URI uri, Configuration hadoop) throws IOException, URISyntaxException {
      super(ROOT, new FullDiskFileSystem(), hadoop, "small", false);
    }
  }

  @Override
  public URI getUri() {
    return ROOT;
  }

  @Override
  protected void checkPath(Path path) {}

  /** Without owner and permissions, which are looked for by the scheme file only. */
  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    FileStatus file = super.getFileStatus(path);
    return new FileStatus(
        file.getLen(),
        file.isDirectory(),
        1,
        file.getBlockSize(),
        file.getModificationTime(),
        path);
  }

  @Override
  public void setPermission(Path path, FsPermission permission) {}

  @Override
  public FSDataOutputStream create(
      Path path,
      FsPermission permission,
      boolean overwrite,
      int buffer,
      short replication,
      long block,
      Progressable progress)
      throws IOException {
    OutputStream file =
        super.create(path, permission, overwrite, buffer, replication, block, progress);
    return new FSDataOutputStream(new Limited(file), null);
  }

  private static final class Limited extends OutputStream {

    private final OutputStream file;

    Limited(OutputStream file) {
      this.file = file;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      long remaining = FREE.addAndGet(-count);
      if (remaining < 0) {
        file.write(
            bytes,
            from,
            (int) Math.max(0, count + remaining)); // a full disk stores what still fits
        throw new IOException("No space left on device");
      }
      file.write(bytes, from, count);
    }

    @Override
    public void flush() throws IOException {
      file.flush();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
