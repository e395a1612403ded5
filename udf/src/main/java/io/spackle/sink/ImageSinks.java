package io.spackle.sink;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The sinks that exist. */
public final class ImageSinks {

  private ImageSinks() {}

  /**
   * A sink for a folder, which need not exist yet.
   *
   * <p>The folder is read as Spark reads its output paths: percent signs stand for themselves, and
   * where there is no scheme the default file system counts. Give it qualified; a relative one
   * would depend on the executor's working directory.
   *
   * @return a sink whose locations are absolute paths on this machine's file system, and URIs
   *     elsewhere; both can be fetched again by {@code ImageSources} as they are
   * @throws UncheckedIOException if there is no such file system or it cannot be reached
   */
  public static ImageSink forUri(String folder, Configuration configuration) {
    try {
      var path = new Path(folder);
      FileSystem files = path.getFileSystem(configuration);
      return files.getUri().getScheme().equals("file")
          ? new LocalSink(java.nio.file.Path.of(files.makeQualified(path).toUri().getPath()))
          : new HadoopSink(files, path);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open " + folder + " for writing: " + e, e);
    }
  }
}
