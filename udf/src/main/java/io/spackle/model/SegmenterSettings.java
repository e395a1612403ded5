package io.spackle.model;

import io.spackle.model.ModelSettings.DeviceChoice;
import io.spackle.model.ModelSettings.Folder;
import io.spackle.segment.SegmenterModel;
import io.spackle.segment.SegmenterOptions;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * A segmenter of a job, as executors open it.
 *
 * @param path in the configuration
 * @param folder of it, or null if it is built in
 * @param cache folder of local copies, or null for the default of {@link ModelCache}
 */
public record SegmenterSettings(
    String path, Folder folder, SegmenterOptions options, String cache, DeviceChoice device)
    implements Serializable {

  /**
   * The segmenter, unopened.
   *
   * @param local maps a folder to its path on this host, which is made if necessary
   * @throws io.spackle.graph.InvalidModelException with all problems of its folder
   */
  SegmenterModel model(Function<Folder, Path> local) {
    return folder == null
        ? SegmenterModel.builtIn(path, options)
        : SegmenterModel.open(local.apply(folder), options);
  }
}
