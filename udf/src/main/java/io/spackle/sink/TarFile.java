package io.spackle.sink;

import java.io.IOException;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A tar file that is written entry by entry and appears under its name completely, replacing an
 * older one, or not at all. Equal entries make equal files.
 */
public final class TarFile implements AutoCloseable {

  private final AtomicFile file;
  private final TarArchiveOutputStream tar;

  private TarFile(AtomicFile file) {
    this.file = file;
    this.tar = TarFormat.tar(file.stream());
  }

  /** Begins a file. */
  public static TarFile create(Path target, Configuration configuration) throws IOException {
    return new TarFile(
        AtomicFile.create(HadoopFiles.withoutChecksums(target, configuration), target));
  }

  /** Adds an entry. */
  public void add(String name, byte[] bytes) throws IOException {
    TarFormat.put(tar, name, bytes);
  }

  /** Completes the file and gives it its name. */
  public void finish() throws IOException {
    tar.finish();
    tar.flush();
    file.finish();
  }

  /** Discards the file, unless it is finished. */
  @Override
  public void close() throws IOException {
    file.close();
  }
}
