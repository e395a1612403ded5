package io.spackle.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spackle.row.PercentEncoding;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The target of one HTTP request: where to connect and what to request.
 *
 * @param location of this request, for messages
 * @param host in its canonical form
 * @param port the scheme's default if the location has none
 * @param path with its query, percent-encoded
 * @param userInfo decoded, or null
 */
record HttpTarget(Location location, String host, int port, String path, String userInfo) {

  private static final int MAX_PORT = 65535;
  private static final List<String> SCHEMES = List.of("http", "https");

  /**
   * Scheme with authority, authority, path, query; a fragment is not sent (RFC 3986, appendix B).
   */
  private static final Pattern URL =
      Pattern.compile("([^:/?#]+://([^/?#]*))([^?#]*)(\\?[^#]*)?(?:#.*)?", Pattern.DOTALL);

  /** User info up to the last @, host and port. */
  private static final Pattern AUTHORITY =
      Pattern.compile("(?:([^\\\\]*)@)?(\\[[^\\]@]*\\]|[^:@\\[\\]\\\\]+)(?::(\\d{0,5}))?");

  private static final Pattern ABSOLUTE =
      Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:.*", Pattern.DOTALL);

  /** A dot may be escaped. */
  private static final Pattern SAME_FOLDER = Pattern.compile("(?i)\\.|%2e");

  private static final Pattern PARENT_FOLDER = Pattern.compile("(?i)(?:\\.|%2e){2}");

  static HttpTarget of(Location location) {
    Matcher url = URL.matcher(location.text());
    if (!SCHEMES.contains(location.scheme()) || !url.matches() || url.group(2).isEmpty()) {
      throw location.invalid("http://host/path or https://host/path expected");
    }
    Matcher authority = AUTHORITY.matcher(url.group(2));
    if (!authority.matches()) {
      throw location.invalid("host, host:port or user:password@host:port expected after //");
    }
    return new HttpTarget(
        location,
        host(location, authority.group(2)),
        port(location, authority.group(3)),
        path(url.group(3)) + query(url.group(4)),
        authority.group(1) == null ? null : decoded(authority.group(1)));
  }

  String scheme() {
    return location.scheme();
  }

  boolean isDefaultPort() {
    return port == defaultPort(scheme());
  }

  private static int defaultPort(String scheme) {
    return scheme.equals("https") ? 443 : 80;
  }

  /**
   * The target of a redirect.
   *
   * @param reference the Location header, which may be relative
   */
  HttpTarget redirected(String reference) {
    var target = HttpTarget.of(Location.of(resolved(reference.strip())));
    if (scheme().equals("https") && target.scheme().equals("http")) {
      throw target.location.forbidden("a redirect from https to http found, https expected");
    }
    return target.userInfo == null && isSameOrigin(target) ? target.withUserInfo(userInfo) : target;
  }

  /** RFC 3986, section 5.2, with backslashes as browsers read them. */
  private String resolved(String reference) {
    Matcher url = URL.matcher(location.text());
    if (ABSOLUTE.matcher(reference).matches() || !url.matches()) {
      return reference;
    }
    String slashed = reference.replaceFirst("^[/\\\\]{2}", "//").replaceFirst("^\\\\", "/");
    if (slashed.startsWith("//")) {
      return scheme() + ":" + slashed;
    }
    if (slashed.startsWith("/")) {
      return url.group(1) + slashed;
    }
    String base = path(url.group(3));
    if (slashed.isEmpty() || slashed.startsWith("#")) {
      return url.group(1) + base + query(url.group(4)) + slashed;
    }
    String folder = base.substring(0, base.lastIndexOf('/') + 1);
    return url.group(1) + (slashed.startsWith("?") ? base : folder) + slashed;
  }

  /** The value of an Authorization header, or null. */
  String authorization() {
    return userInfo == null
        ? null
        : "Basic " + Base64.getEncoder().encodeToString(userInfo.getBytes(UTF_8));
  }

  /** The location without secrets. */
  @Override
  public String toString() {
    return location.toString();
  }

  private boolean isSameOrigin(HttpTarget other) {
    return scheme().equals(other.scheme()) && host.equals(other.host) && port == other.port;
  }

  private HttpTarget withUserInfo(String newUserInfo) {
    return new HttpTarget(location, host, port, path, newUserInfo);
  }

  private static String host(Location location, String host) {
    try {
      return HostList.canonical(decoded(host));
    } catch (IllegalArgumentException e) {
      throw location.invalid(e.getMessage());
    }
  }

  private static int port(Location location, String port) {
    if (port == null || port.isEmpty()) {
      return defaultPort(location.scheme());
    }
    int number = Integer.parseInt(port);
    if (number < 1 || number > MAX_PORT) {
      throw location.invalid("port " + number + " found, 1 to " + MAX_PORT + " expected");
    }
    return number;
  }

  /** Without the segments . and .., which browsers do not send either (RFC 3986, section 5.2.4). */
  private static String path(String path) {
    Deque<String> kept = new ArrayDeque<>();
    String[] segments = PercentEncoding.encoded(path.replace('\\', '/')).split("/", -1);
    for (int i = 1; i < segments.length; i++) { // the first one is empty: a path starts with /
      boolean isParent = PARENT_FOLDER.matcher(segments[i]).matches();
      boolean isDots = isParent || SAME_FOLDER.matcher(segments[i]).matches();
      if (isParent) {
        kept.pollLast();
      }
      if (!isDots || i == segments.length - 1) {
        kept.addLast(isDots ? "" : segments[i]);
      }
    }
    return "/" + String.join("/", kept);
  }

  private static String query(String query) {
    return query == null ? "" : PercentEncoding.encoded(query);
  }

  private static String decoded(String text) {
    return new String(PercentEncoding.decoded(text), UTF_8);
  }
}
