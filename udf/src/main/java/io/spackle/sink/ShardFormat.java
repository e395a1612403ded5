package io.spackle.sink;

import io.spackle.row.FilePrefix;
import io.spackle.row.GenerationParameters;
import io.spackle.row.ManifestRow;
import io.spackle.row.RowColumns;
import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A format of files that hold many images, each under a name of its own. */
interface ShardFormat {

  /**
   * An image of a shard.
   *
   * @param number of the row's sample, from 0
   * @param extension without its dot, such as png
   */
  record Sample(ManifestRow row, int number, ImageWriter.ImageFile file, String extension) {

    /** Unique in an output; without dots, since WebDataset splits names at the first dot. */
    String key() {
      String name = row.names().output();
      String key =
          name == null
              ? FilePrefix.of(row.id()) + "-" + number
              : NameTemplate.numbered(name, number);
      return key.replace(".", "%2E");
    }

    /** The key with its extension. */
    String name() {
      return key() + "." + extension;
    }

    /**
     * The properties of the image in a data set, in this order; the negative prompt may be null.
     */
    Map<String, Object> properties() {
      GenerationParameters parameters = row.parameters();
      Map<String, Object> properties = new LinkedHashMap<>();
      properties.put(RowColumns.ID, row.id());
      properties.put("sample", number);
      properties.put(RowColumns.PROMPT, row.prompts().prompt());
      properties.put(RowColumns.NEGATIVE_PROMPT, row.prompts().negative());
      properties.put(RowColumns.SEED, file.seed());
      properties.put(RowColumns.STEPS, parameters.steps());
      properties.put(RowColumns.GUIDANCE_SCALE, parameters.guidance().scale());
      properties.put(RowColumns.STRENGTH, parameters.strength());
      properties.put(RowColumns.SCHEDULER, parameters.scheduler().algorithm());
      return properties;
    }
  }

  /** Writes one shard; used by one thread at a time. */
  interface Writer {
    void add(Sample sample) throws IOException;

    /** Writes the end of the file; the stream stays open. */
    void finish() throws IOException;
  }

  /** Begins a shard. */
  Writer begin(OutputStream out) throws IOException;

  /** The names of the images in a shard, see {@link Sample#name}. */
  List<String> names(FileSystem files, Path shard) throws IOException;

  /** Writes a shard with the named images of another. */
  void copy(FileSystem files, Path shard, Set<String> names, OutputStream out) throws IOException;
}
