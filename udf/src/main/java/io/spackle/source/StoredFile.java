package io.spackle.source;

import io.spackle.row.RowException;
import java.util.Optional;
import org.apache.hadoop.fs.Path;

/**
 * A file by its folder, so that it can be found in the listing of that folder.
 *
 * @param folder an absolute path on the local file system, a URI on others
 * @param name of the file in it
 */
public record StoredFile(String folder, String name) {

  /** The file at a location; empty if the location is not on a file system. */
  public static Optional<StoredFile> of(String text) {
    try {
      Location location = Location.of(text);
      if (location.scheme().equals(Location.FILE)) {
        java.nio.file.Path path = FileSource.path(location);
        return path.getNameCount() == 0
            ? Optional.empty()
            : Optional.of(
                new StoredFile(path.getParent().toString(), path.getFileName().toString()));
      }
      if (!HadoopSource.SCHEMES.contains(location.scheme())) {
        return Optional.empty();
      }
      Path path = HadoopSource.path(location);
      return path.getParent() == null
          ? Optional.empty()
          : Optional.of(new StoredFile(path.getParent().toString(), path.getName()));
    } catch (RowException e) {
      return Optional.empty(); // the row fails for it
    }
  }
}
