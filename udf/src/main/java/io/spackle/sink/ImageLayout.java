package io.spackle.sink;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** How images lie in the folder of images. */
public enum ImageLayout {
  /** A file for each. */
  FILES(null, null),

  /** A file for each task that Hugging Face's {@code datasets} opens. */
  PARQUET("parquet", new ParquetFormat()),

  /** A tar for each task that {@code webdataset} opens. */
  WEBDATASET("tar", new TarFormat());

  private static final String START = "part-";
  private static final String UUID_PATTERN = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";

  private final String extension;
  private final ShardFormat format;

  ImageLayout(String extension, ShardFormat format) {
    this.extension = extension;
    this.format = format;
  }

  /**
   * The sink of one attempt at a task: the files of no two are the same.
   *
   * @param shared for single files in that folder
   * @param folder URI
   */
  public ImageWriter open(ImageSink shared, String folder, Configuration configuration) {
    if (format == null) {
      return new ImageFileWriter(shared);
    }
    try {
      FileSystem files = RawFileSystem.of(new Path(folder), configuration);
      String name = START + UUID.randomUUID() + "." + extension;
      return new Shard(files, files.makeQualified(new Path(folder, name)), format);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open " + folder + " for writing: " + e, e);
    }
  }

  /** The layout of a file in the folder of images that can only be Spackle's. */
  public static Optional<ImageLayout> ofShard(String name) {
    return Arrays.stream(values())
        .filter(
            layout ->
                layout.format != null
                    && name.matches(START + UUID_PATTERN + "\\." + layout.extension))
        .findFirst();
  }

  /**
   * Takes images out of a file of this layout, in one step; the file too, where none is left.
   *
   * @param named what stays
   * @return how many were taken out
   */
  public int keep(Path shard, Set<String> named, Configuration configuration) throws IOException {
    FileSystem files = RawFileSystem.of(shard, configuration);
    var all = format.names(files, shard);
    int gone = (int) all.stream().filter(name -> !named.contains(name)).count();
    if (gone == all.size()) {
      files.delete(shard, false);
    } else if (gone > 0) {
      try (AtomicFile kept = AtomicFile.create(files, shard)) {
        format.copy(files, shard, named, kept.stream());
        kept.finish();
      }
    }
    return gone;
  }
}
