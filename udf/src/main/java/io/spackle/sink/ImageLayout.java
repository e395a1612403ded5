package io.spackle.sink;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The layout of the images in their folder. */
public enum ImageLayout {
  /** A file per image. */
  FILES(null, null),

  /** A Parquet file per task, for Hugging Face's {@code datasets}. */
  PARQUET("parquet", new ParquetFormat()),

  /** A tar file per task, for {@code webdataset}. */
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
   * Opens the writer of one attempt of a task; attempts share no shard.
   *
   * @param shared the sink of that folder, for files per image
   * @param keys of files per image
   * @param folder URI
   */
  public ImageWriter open(
      ImageSink shared, ImageKeys keys, String folder, Configuration configuration) {
    if (format == null) {
      return ImageWriter.toFiles(shared, keys);
    }
    try {
      FileSystem files = HadoopFiles.withoutChecksums(new Path(folder), configuration);
      String name = START + UUID.randomUUID() + "." + extension;
      return new Shard(files, files.makeQualified(new Path(folder, name)), format);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open " + folder + " for writing: " + e, e);
    }
  }

  /** The layout of a shard in the folder of images; empty if the name is not one of Spackle's. */
  public static Optional<ImageLayout> ofShard(String name) {
    return Arrays.stream(values())
        .filter(
            layout ->
                layout.format != null
                    && name.matches(START + UUID_PATTERN + "\\." + layout.extension))
        .findFirst();
  }

  /** The names of the images in a shard of this layout. */
  public List<String> names(Path shard, Configuration configuration) throws IOException {
    return format.names(HadoopFiles.withoutChecksums(shard, configuration), shard);
  }

  /**
   * Writes a shard with some images of another, which may be the same.
   *
   * @param kept names of the images
   * @param target appears when it is complete
   */
  public void copy(Path shard, Set<String> kept, Path target, Configuration configuration)
      throws IOException {
    FileSystem files = HadoopFiles.withoutChecksums(shard, configuration);
    try (AtomicFile copy = AtomicFile.create(files, target)) {
      format.copy(files, shard, kept, copy.stream());
      copy.finish();
    }
  }
}
