package io.spackle.source;

import io.spackle.row.RowException;
import java.io.Serializable;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * The limits and rules of fetching: {@code spackle.fetch} of the configuration.
 *
 * @param timeout of one complete fetch, including redirects and body
 * @param maxBytes of one body, decoded
 * @param retries after the first attempt, if the failure may be temporary
 * @param perHost connections to one host at a time, over the whole executor
 * @param allow what may be fetched
 * @param requests how HTTP requests are sent
 */
public record FetchSettings(
    Duration timeout,
    long maxBytes,
    int retries,
    int perHost,
    AllowLists allow,
    RequestSettings requests)
    implements Serializable {

  /**
   * What may be fetched.
   *
   * @param hosts the only hosts to fetch from; empty allows all public hosts
   * @param files folders (paths or URIs) below which local and Hadoop files may be read
   * @param privateHosts hosts that may have private or loopback addresses
   */
  public record AllowLists(List<String> hosts, List<String> files, List<String> privateHosts)
      implements Serializable {

    public AllowLists {
      hosts = List.copyOf(hosts);
      files = List.copyOf(files);
      privateHosts = List.copyOf(privateHosts);
    }

    /** Whether each entry of a list is one of a wider list, or a host of its domains. */
    public static boolean covers(List<String> wider, List<String> narrower) {
      return narrower.stream()
          .allMatch(entry -> wider.stream().anyMatch(wide -> HostList.covers(wide, entry)));
    }
  }

  /**
   * How HTTP requests are sent.
   *
   * @param headers of GET requests, by host
   * @param userAgent of all requests, or null for Spackle's name and version
   * @param proxy of all requests
   */
  public record RequestSettings(RequestHeaders headers, String userAgent, ProxySetting proxy)
      implements Serializable {

    /** No headers, the default user agent, and the proxy of the JVM or the environment. */
    public static final RequestSettings DEFAULT =
        new RequestSettings(RequestHeaders.NONE, null, ProxySetting.AUTOMATIC);
  }

  /** The same, with more folders below which local and Hadoop files may be read. */
  public FetchSettings allowing(List<String> folders) {
    List<String> files = Stream.concat(allow.files().stream(), folders.stream()).toList();
    AllowLists more = new AllowLists(allow.hosts(), files, allow.privateHosts());
    return new FetchSettings(timeout, maxBytes, retries, perHost, more, requests);
  }

  /**
   * The entries of {@code spackle.fetch.allow-files} that have one of some schemes.
   *
   * @throws IllegalArgumentException if an entry, of any scheme, is not a location of files
   */
  List<Location> allowedFiles(Collection<String> schemes) {
    return allow.files().stream()
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
