package io.spackle.source;

import io.spackle.row.RowException;
import java.io.Serializable;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * The limits and allow lists of fetching: {@code spackle.fetch} of the configuration.
 *
 * @param timeout of one complete fetch, including redirects and body
 * @param maxBytes of one body, decoded
 * @param retries after the first attempt, if the failure may be temporary
 * @param perHost connections to one host at a time, over the whole executor
 * @param allowHosts the only hosts to fetch from; empty allows all public hosts
 * @param allowFiles folders (paths or URIs) below which local and Hadoop files may be read
 * @param allowPrivate hosts that may have private or loopback addresses
 */
public record FetchSettings(
    Duration timeout,
    long maxBytes,
    int retries,
    int perHost,
    List<String> allowHosts,
    List<String> allowFiles,
    List<String> allowPrivate)
    implements Serializable {

  public FetchSettings {
    allowHosts = List.copyOf(allowHosts);
    allowFiles = List.copyOf(allowFiles);
    allowPrivate = List.copyOf(allowPrivate);
  }

  /**
   * The entries of {@code spackle.fetch.allow-files} that have one of some schemes.
   *
   * @throws IllegalArgumentException if an entry, of any scheme, is not a location of files
   */
  List<Location> allowedFiles(Collection<String> schemes) {
    return allowFiles.stream()
        .map(FetchSettings::fileLocation)
        .filter(entry -> schemes.contains(entry.scheme()))
        .toList();
  }

  private static Location fileLocation(String entry) {
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
