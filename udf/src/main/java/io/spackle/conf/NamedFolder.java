package io.spackle.conf;

import io.spackle.conf.TaskConf.ModelConf;
import io.spackle.graph.InvalidModelException;
import io.spackle.model.FolderKind;
import io.spackle.model.ModelCache;
import io.spackle.model.ModelSettings.Folder;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;

/**
 * A folder that a job names, on any file system.
 *
 * @param folder for executors
 * @param local its files on this host: the folder itself or the host's copy
 */
record NamedFolder(Folder folder, Path local) {

  /**
   * Finds a folder, by way of this host's copy where it is not local.
   *
   * @throws RefusedException with all problems of the folder
   * @throws IOException if it cannot be reached
   */
  static NamedFolder find(String location, FolderKind holding, ModelConf conf, Configuration hadoop)
      throws IOException {
    org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(location);
    String uri = path.getFileSystem(hadoop).makeQualified(path).toString();
    try {
      ModelCache.Copy copy = ModelCache.in(conf.cache()).now(uri, holding, hadoop);
      return new NamedFolder(new Folder(uri, copy.digest(), holding), copy.folder());
    } catch (InvalidModelException e) {
      throw new RefusedException(
          e.problems().stream().map(problem -> named(holding, uri) + ": " + problem).toList());
    }
  }

  private static String named(FolderKind holding, String uri) {
    return switch (holding) {
      case MODEL -> "the model " + uri;
      case AUTOENCODER -> "spackle.model.vae " + uri;
      case SAFETY_CHECKER -> "spackle.safety.model " + uri;
    };
  }
}
