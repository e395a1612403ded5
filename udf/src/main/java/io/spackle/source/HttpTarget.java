package io.spackle.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.URLDecoder;
import java.util.Base64;
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
   * User info, host and port. java.net.URI does not parse hosts with an underscore or a non-ASCII
   * letter.
   */
  private static final Pattern AUTHORITY =
      Pattern.compile("(?:([^@]*)@)?(\\[[^\\]@]*\\]|[^:@\\[\\]]+)(?::(\\d{0,5}))?");

  static HttpTarget of(Location location) {
    URI uri = location.uri();
    if (!SCHEMES.contains(location.scheme()) || uri.getRawAuthority() == null) {
      throw location.invalid("http://host/path or https://host/path expected");
    }
    Matcher authority = AUTHORITY.matcher(uri.getRawAuthority());
    if (!authority.matches()) {
      throw location.invalid("host, host:port or user:password@host:port expected after //");
    }
    return new HttpTarget(
        location,
        host(location, authority.group(2)),
        port(location, authority.group(3)),
        path(uri),
        authority.group(1) == null ? null : decoded(authority.group(1)));
  }

  String scheme() {
    return location.scheme();
  }

  /**
   * The target of a redirect.
   *
   * @param reference the Location header, which may be relative
   */
  HttpTarget redirected(String reference) {
    URI uri = location.uri();
    // RFC 2396, which java.net.URI implements, drops the last segment of the path here.
    String next = reference.startsWith("?") ? uri.getRawPath() + reference : reference;
    URI absolute = uri.resolve(new Location(next, scheme()).uri());
    var target = HttpTarget.of(Location.of(absolute.toString()));
    if (scheme().equals("https") && target.scheme().equals("http")) {
      throw target.location.forbidden("a redirect from https to http found, https expected");
    }
    return target.userInfo == null && isSameOrigin(target) ? target.withUserInfo(userInfo) : target;
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
      return HostList.canonical(host);
    } catch (IllegalArgumentException e) {
      throw location.invalid(e.getMessage());
    }
  }

  private static int port(Location location, String port) {
    if (port == null || port.isEmpty()) {
      return location.scheme().equals("https") ? 443 : 80;
    }
    int number = Integer.parseInt(port);
    if (number < 1 || number > MAX_PORT) {
      throw location.invalid("port " + number + " found, 1 to " + MAX_PORT + " expected");
    }
    return number;
  }

  private static String path(URI uri) {
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return ascii(uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery());
  }

  /** Percent-encodes non-ASCII characters; URI.toASCIIString would also normalize them. */
  private static String ascii(String text) {
    var ascii = new StringBuilder();
    for (byte b : text.getBytes(UTF_8)) {
      if (b >= 0) {
        ascii.append((char) b);
      } else {
        ascii.append(String.format("%%%02X", b));
      }
    }
    return ascii.toString();
  }

  private static String decoded(String userInfo) {
    // A plus is literal here; it means a space in forms only.
    return URLDecoder.decode(userInfo.replace("+", "%2B"), UTF_8);
  }
}
