package io.spackle.source;

import io.spackle.row.RowException;
import java.util.Collection;
import java.util.List;

/** The entries of {@code spackle.fetch.allow-files}. */
final class AllowedFiles {

  private AllowedFiles() {}

  /**
   * The entries of some schemes.
   *
   * @throws IllegalArgumentException if an entry, of whatever scheme, is no location of files
   */
  static List<Location> of(FetchSettings settings, Collection<String> schemes) {
    return settings.allowFiles().stream()
        .map(AllowedFiles::location)
        .filter(entry -> schemes.contains(entry.scheme()))
        .toList();
  }

  private static Location location(String entry) {
    try {
      var location = Location.of(entry);
      if (!location.scheme().equals(Location.FILE)
          && !HadoopSource.SCHEMES.contains(location.scheme())) {
        throw location.invalid("an absolute path or a URI of files expected");
      }
      return location;
    } catch (RowException e) {
      throw new IllegalArgumentException("spackle.fetch.allow-files: " + e.getMessage(), e);
    }
  }
}
