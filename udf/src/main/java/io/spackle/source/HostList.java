package io.spackle.source;

import java.util.List;

/**
 * Hosts of a setting, each a name or an address, or {@code *.} and a name for all hosts below it.
 */
final class HostList {

  private static final String ANY = "*.";

  private final List<String> hosts;

  /**
   * @throws IllegalArgumentException if an entry is none of these; the message names the setting
   */
  HostList(String setting, List<String> hosts) {
    this.hosts = hosts.stream().map(host -> canonical(setting, host)).toList();
  }

  boolean isEmpty() {
    return hosts.isEmpty();
  }

  /**
   * @param host in its canonical form
   */
  boolean contains(String host) {
    return hosts.stream().anyMatch(entry -> matches(entry, host));
  }

  private static boolean matches(String entry, String host) {
    return entry.startsWith(ANY)
        ? host.endsWith(entry.substring(1)) && host.length() >= entry.length()
        : host.equals(entry);
  }

  private static String canonical(String setting, String entry) {
    String prefix = entry.startsWith(ANY) ? ANY : "";
    try {
      return prefix + HostName.canonical(entry.substring(prefix.length()));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(setting + ": \"" + entry + "\": " + e.getMessage(), e);
    }
  }
}
