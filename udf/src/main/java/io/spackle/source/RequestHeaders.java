package io.spackle.source;

import io.spackle.row.Redaction;
import java.io.Serializable;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Headers that are sent to some hosts, such as credentials. They are secrets: {@link #toString}
 * hides them.
 *
 * @param byHost host, or {@code *.} and a name for its subdomains, to header names and values
 */
public record RequestHeaders(Map<String, Map<String, String>> byHost) implements Serializable {

  public static final RequestHeaders NONE = new RequestHeaders(Map.of());

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");

  /** Visible ASCII, blanks and tabs (RFC 9110, section 5.5), without blanks around them. */
  private static final Pattern VALUE = Pattern.compile("[!-~](?:[ -~\\t]*[!-~])?");

  /** What the client sets itself, and what concerns a connection (RFC 9110, section 7.6.1). */
  private static final Set<String> RESERVED =
      Set.of(
          "accept-encoding",
          "connection",
          "content-length",
          "expect",
          "host",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  /**
   * Checks and copies the headers.
   *
   * @throws IllegalArgumentException if a host or a header is invalid; the message repeats no value
   */
  public RequestHeaders {
    byHost =
        byHost.entrySet().stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    host -> HostList.canonicalEntry("for the host", host.getKey()),
                    host -> checked(host.getKey(), host.getValue()),
                    RequestHeaders::merged));
  }

  /**
   * The headers for a host. An exact name takes precedence over a pattern, and a longer pattern
   * over a shorter one.
   *
   * @param host in its canonical form
   */
  Map<String, String> of(String host) {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    byHost.entrySet().stream()
        .filter(entry -> HostList.matches(entry.getKey(), host))
        .sorted(
            Comparator.comparing((Map.Entry<String, ?> entry) -> entry.getKey().equals(host))
                .thenComparing(entry -> entry.getKey().length()))
        .forEach(entry -> headers.putAll(entry.getValue()));
    return headers;
  }

  /** The hosts and the names of their headers. */
  @Override
  public String toString() {
    return byHost.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue().keySet())
        .sorted()
        .toList()
        .toString();
  }

  private static Map<String, String> checked(String host, Map<String, String> headers) {
    headers.forEach(
        (name, value) -> {
          if (!NAME.matcher(name).matches()) {
            throw problem(host, name, "a name of letters, digits and hyphens expected");
          }
          if (RESERVED.contains(name.toLowerCase(Locale.ROOT))) {
            throw problem(host, name, "this header cannot be set");
          }
          if (!VALUE.matcher(value).matches()) {
            throw problem(host, name, "a value of ASCII characters without line breaks expected");
          }
        });
    return Map.copyOf(headers);
  }

  private static IllegalArgumentException problem(String host, String name, String expected) {
    return new IllegalArgumentException(
        "for the host \"" + host + "\", header " + Redaction.value(name) + ": " + expected);
  }

  private static Map<String, String> merged(Map<String, String> a, Map<String, String> b) {
    Map<String, String> merged = new TreeMap<>(a);
    merged.putAll(b);
    return Map.copyOf(merged);
  }
}
