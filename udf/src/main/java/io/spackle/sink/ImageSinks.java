package io.spackle.sink;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Opens sinks by the URI of their folder. */
public final class ImageSinks {

  private ImageSinks() {}

  /**
   * A sink for a folder, which need not exist yet.
   *
   * <p>The folder is parsed as Spark parses output paths: percent signs are literal, and a path
   * without a scheme is on the default file system. It should be absolute: a relative one depends
   * on the executor's working directory.
   *
   * @return a sink whose locations are absolute paths on the local file system and URIs on others;
   *     {@code ImageSources} can fetch both
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
