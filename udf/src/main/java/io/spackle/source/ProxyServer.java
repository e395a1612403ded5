package io.spackle.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spackle.row.PercentEncoding;
import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An HTTP proxy. {@link #toString} hides its credentials.
 *
 * @param host name or address, in its canonical form
 * @param userInfo user and password, separated by a colon, or null
 */
record ProxyServer(String host, int port, String userInfo) implements Serializable {

  private static final int MAX_PORT = 65535;

  /** The default port of curl's proxies. */
  private static final int DEFAULT_PORT = 1080;

  private static final Pattern URL =
      Pattern.compile(
          "(?i)(?:http://)?(?:([^/\\\\]*)@)?(\\[[^\\]@]*\\]|[^:@/\\[\\]\\\\]+)(?::(\\d{1,5}))?/?");

  /**
   * Parses the URL of a proxy, whose scheme may be left out.
   *
   * @throws IllegalArgumentException if it is invalid; the message does not repeat it
   */
  static ProxyServer of(String text) {
    Matcher url = URL.matcher(text.strip());
    int port =
        !url.matches() ? 0 : url.group(3) == null ? DEFAULT_PORT : Integer.parseInt(url.group(3));
    if (port < 1 || port > MAX_PORT) {
      throw new IllegalArgumentException(
          "http://host:port or http://user:password@host:port expected");
    }
    String userInfo =
        url.group(1) == null ? null : new String(PercentEncoding.decoded(url.group(1)), UTF_8);
    return new ProxyServer(HostList.canonical(url.group(2)), port, userInfo);
  }

  @Override
  public String toString() {
    return "http://" + (userInfo == null ? "" : "***@") + host + ":" + port;
  }
}
