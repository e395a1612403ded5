package io.spackle.source;

import java.io.Serializable;

/**
 * Which proxy HTTP requests use: {@code spackle.fetch.proxy}.
 *
 * @param mode how the proxy is chosen
 * @param server of {@link Mode#EXPLICIT}, else null
 */
public record ProxySetting(Mode mode, ProxyServer server) implements Serializable {

  /** The proxy of the JVM, else that of the environment, else none. */
  public static final ProxySetting AUTOMATIC = new ProxySetting(Mode.AUTOMATIC, null);

  private static final String NONE = "none";

  /** How the proxy is chosen. */
  public enum Mode {
    AUTOMATIC,
    NONE,
    EXPLICIT
  }

  /**
   * Reads the setting.
   *
   * @param text {@code none} or the URL of a proxy
   * @throws IllegalArgumentException if it is neither; the message does not repeat it
   */
  public static ProxySetting of(String text) {
    return text.strip().equals(NONE)
        ? new ProxySetting(Mode.NONE, null)
        : new ProxySetting(Mode.EXPLICIT, ProxyServer.of(text));
  }

  /** Whether it contains a password or a token. */
  public boolean isSecret() {
    return server != null && server.userInfo() != null;
  }
}
