package io.spackle.source;

import java.net.IDN;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The hosts of a setting, each a name or an address, or {@code *.} and a name for all its
 * subdomains.
 */
final class HostList {

  private static final String ANY = "*.";

  /** The limit of DNS. */
  private static final int MAX_LENGTH = 253;

  private static final Pattern NAME = Pattern.compile("[a-z0-9_-]+(?:\\.[a-z0-9_-]+)*");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-f]*:[0-9a-f:.]+");
  private static final String BYTE = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
  private static final Pattern IPV4 = Pattern.compile("(?:" + BYTE + "\\.){3}" + BYTE);

  /** Names that systems parse as an address: 127.1, 2130706433, 0x7f.1. */
  private static final Pattern ENDS_IN_NUMBER = Pattern.compile("(?:.*\\.)?(?:\\d+|0x[0-9a-f]*)");

  private final List<String> hosts;

  /**
   * @throws IllegalArgumentException if an entry is invalid; the message names the setting
   */
  HostList(String setting, List<String> hosts) {
    this.hosts = hosts.stream().map(host -> canonicalEntry(setting, host)).toList();
  }

  boolean isEmpty() {
    return hosts.isEmpty();
  }

  /**
   * Whether the list contains a host.
   *
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

  private static String canonicalEntry(String setting, String entry) {
    String prefix = entry.startsWith(ANY) ? ANY : "";
    try {
      return prefix + canonical(entry.substring(prefix.length()));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(setting + ": \"" + entry + "\": " + e.getMessage(), e);
    }
  }

  /**
   * A host name or address literal in its canonical form: in lower case, without brackets and final
   * dot, and in punycode, so that homographs are distinct.
   *
   * @throws IllegalArgumentException if it is not a host; the message says why
   */
  static String canonical(String host) {
    String bare =
        host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    if (IPV6.matcher(bare.toLowerCase(Locale.ROOT)).matches()) {
      return bare.toLowerCase(Locale.ROOT);
    }
    String name = ascii(host).toLowerCase(Locale.ROOT).replaceFirst("\\.$", "");
    if (name.length() > MAX_LENGTH || !NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not a host name, one expected");
    }
    if (ENDS_IN_NUMBER.matcher(name).matches() && !IPV4.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "an address in an unusual notation found, four decimal bytes expected");
    }
    return name;
  }

  private static String ascii(String host) {
    try {
      return IDN.toASCII(host);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("not a host name, one expected", e);
    }
  }
}
