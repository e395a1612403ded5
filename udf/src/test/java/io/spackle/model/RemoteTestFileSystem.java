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
 * The local file system under a remote scheme; it logs the files that are read, and may be slow.
 */
public final class RemoteTestFileSystem extends RawLocalFileSystem {

  private static final String READ_LOG = "remote.read.log";
  private static final String PAUSE = "remote.pause.ms";

  /** A configuration with this file system, for locations such as remote:///folder. */
  static Configuration configuration(Path readLog, int pauseMillis) {
    Configuration hadoop = new Configuration(false);
    hadoop.setClass(
        "fs.remote.impl", RemoteTestFileSystem.class, org.apache.hadoop.fs.FileSystem.class);
    hadoop.setBoolean("fs.remote.impl.disable.cache", true);
    hadoop.set(READ_LOG, readLog.toString());
    hadoop.setInt(PAUSE, pauseMillis);
    return hadoop;
  }

  /** The files that were read, once per read. */
  static List<String> read(Path readLog) {
    try {
      return Files.exists(readLog) ? Files.readAllLines(readLog) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public URI getUri() {
    return URI.create("remote:///");
  }

  @Override
  protected void checkPath(org.apache.hadoop.fs.Path path) {}

  /** Plain statuses, since the local file system's look up permissions by local paths later. */
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
        Path.of(getConf().get(READ_LOG)),
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
