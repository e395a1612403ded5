package io.spackle.source;

import io.spackle.source.AddressGuard.Network;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The choice of a proxy for each target, in this order: the setting; the JVM's properties {@code
 * https.proxyHost} or {@code http.proxyHost}; the environment's {@code HTTPS_PROXY} or {@code
 * HTTP_PROXY}, in either case.
 *
 * <p>Targets that {@code http.nonProxyHosts} or {@code NO_PROXY} name are contacted directly, and
 * so are loopback names unless the proxy is set.
 */
final class Proxies {

  private static final String LOOPBACK = "localhost|127.*|::1";

  private final ProxySetting setting;
  private final UnaryOperator<String> properties;
  private final UnaryOperator<String> environment;

  /**
   * @param properties of the JVM, by name
   * @param environment variables, by name
   */
  Proxies(
      ProxySetting setting, UnaryOperator<String> properties, UnaryOperator<String> environment) {
    this.setting = setting;
    this.properties = properties;
    this.environment = environment;
  }

  /** Those of this process. */
  static Proxies of(ProxySetting setting) {
    return new Proxies(setting, System::getProperty, System::getenv);
  }

  /**
   * Checks the proxies of the JVM and the environment.
   *
   * @throws IllegalArgumentException if one is invalid; the message names its origin
   */
  void check() {
    of("http", "example.com", 80);
    of("https", "example.com", 443);
  }

  /**
   * The proxy for a target.
   *
   * @param host in its canonical form
   */
  Optional<ProxyServer> of(String scheme, String host, int port) {
    return switch (setting.mode()) {
      case NONE -> Optional.empty();
      case EXPLICIT -> Optional.of(setting.server()).filter(server -> !isExcluded(host, port));
      case AUTOMATIC ->
          isNamed(LOOPBACK, host) || isExcluded(host, port)
              ? Optional.empty()
              : ofJvm(scheme).or(() -> ofEnvironment(scheme + "_proxy"));
    };
  }

  private Optional<ProxyServer> ofJvm(String scheme) {
    return property(scheme + ".proxyHost")
        .map(
            host -> {
              String port =
                  property(scheme + ".proxyPort").orElse(scheme.equals("https") ? "443" : "80");
              String user =
                  property(scheme + ".proxyUser")
                      .map(name -> name + ":" + property(scheme + ".proxyPassword").orElse(""))
                      .orElse(null);
              ProxyServer server = parsed("the JVM's " + scheme + ".proxyHost", host + ":" + port);
              return new ProxyServer(server.host(), server.port(), user);
            });
  }

  private Optional<ProxyServer> ofEnvironment(String name) {
    return variable(name)
        .map(text -> parsed("the environment's " + name.toUpperCase(Locale.ROOT), text));
  }

  private static ProxyServer parsed(String origin, String text) {
    try {
      return ProxyServer.of(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          origin + ": " + e.getMessage() + "; or set spackle.fetch.proxy, to none for no proxy", e);
    }
  }

  private boolean isExcluded(String host, int port) {
    return property("http.nonProxyHosts").filter(names -> isNamed(names, host)).isPresent()
        || variable("no_proxy").stream()
            .flatMap(names -> Stream.of(names.split("[,\\s]+")))
            .anyMatch(entry -> isNamed(entry, host, port));
  }

  /** As the JDK reads http.nonProxyHosts: names separated by |, with * at their start or end. */
  private static boolean isNamed(String names, String host) {
    return Arrays.stream(names.split("\\|"))
        .map(name -> name.strip().toLowerCase(Locale.ROOT).replaceAll("[\\[\\]]", ""))
        .filter(name -> !name.isEmpty())
        .map(name -> Arrays.stream(name.split("\\*", -1)).map(Pattern::quote).toList())
        .anyMatch(parts -> host.matches(String.join(".*", parts)));
  }

  /** As curl and Go read NO_PROXY: *, a domain with its subdomains, an address or a network. */
  private static boolean isNamed(String entry, String host, int port) {
    if (entry.equals("*")) {
      return true;
    }
    String name = entry.toLowerCase(Locale.ROOT);
    if (name.endsWith(":" + port) && name.indexOf(':') == name.lastIndexOf(':')) {
      name = name.substring(0, name.lastIndexOf(':'));
    }
    String domain = name.replaceFirst("^\\*?\\.", "").replaceAll("[\\[\\]]", "");
    return !domain.isEmpty()
        && (host.equals(domain) || host.endsWith("." + domain) || isIn(domain, host));
  }

  private static boolean isIn(String network, String host) {
    if (!HostList.isAddress(network.split("/", 2)[0]) || !HostList.isAddress(host)) {
      return false;
    }
    try {
      return network.contains("/")
          && Network.of(network).contains(InetAddress.getByName(host).getAddress());
    } catch (IllegalArgumentException | UnknownHostException e) {
      return false; // no network
    }
  }

  private Optional<String> property(String name) {
    return Optional.ofNullable(properties.apply(name)).filter(value -> !value.isBlank());
  }

  /** In lower case first, as in curl. */
  private Optional<String> variable(String name) {
    return Stream.of(name, name.toUpperCase(Locale.ROOT))
        .map(environment)
        .filter(value -> value != null && !value.isBlank())
        .findFirst();
  }
}
