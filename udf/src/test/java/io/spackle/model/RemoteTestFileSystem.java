package io.spackle.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * The local file system under a name that is not local; it notes down what is read, and is slow.
 */
public final class RemoteTestFileSystem extends RawLocalFileSystem {

  private static final String NOTES = "far.notes";
  private static final String PAUSE = "far.pause.ms";

  /** A configuration with this file system, for locations such as far:///folder. */
  static Configuration configuration(Path notes, int pauseMillis) {
    Configuration hadoop = new Configuration(false);
    hadoop.setClass(
        "fs.far.impl", RemoteTestFileSystem.class, org.apache.hadoop.fs.FileSystem.class);
    hadoop.setBoolean("fs.far.impl.disable.cache", true);
    hadoop.set(NOTES, notes.toString());
    hadoop.setInt(PAUSE, pauseMillis);
    return hadoop;
  }

  /** The files that were read, each as often as it was. */
  static List<String> read(Path notes) {
    try {
      return Files.exists(notes) ? Files.readAllLines(notes) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public URI getUri() {
    return URI.create("far:///");
  }

  @Override
  protected void checkPath(org.apache.hadoop.fs.Path path) {}

  /** Without what the local file system would look up later, for paths that are its own. */
  @Override
  public FileStatus[] listStatus(org.apache.hadoop.fs.Path path) throws IOException {
    return Stream.of(super.listStatus(path))
        .map(RemoteTestFileSystem::plain)
        .toArray(FileStatus[]::new);
  }

  private static FileStatus plain(FileStatus file) {
    return new FileStatus(
        file.getLen(), file.isDirectory(), 1, 1, file.getModificationTime(), file.getPath());
  }

  @Override
  public FSDataInputStream open(org.apache.hadoop.fs.Path path, int bufferSize) throws IOException {
    Files.writeString(
        Path.of(getConf().get(NOTES)),
        path + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    try {
      Thread.sleep(getConf().getInt(PAUSE, 0));
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    return super.open(path, bufferSize);
  }
}
