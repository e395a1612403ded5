package io.spackle.source;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;

/**
 * The bounds of fetching: {@code spackle.fetch} of the configuration.
 *
 * @param timeout of one whole fetch, redirects and body included
 * @param maxBytes of one body, decoded
 * @param retries after the first try, where another try can help
 * @param perHost connections to one host at a time, over the whole executor
 * @param allowHosts the only hosts to fetch from; empty allows every public one
 * @param allowFiles folders (paths or URIs) below which file: and Hadoop locations are read
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
}
