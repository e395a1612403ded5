package io.spackle.source;

import com.ibm.icu.text.IDNA;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
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

  /** As in browsers: UTS 46, in which for instance the German sharp s is a letter of its own. */
  private static final IDNA PUNYCODE =
      IDNA.getUTS46Instance(IDNA.NONTRANSITIONAL_TO_ASCII | IDNA.CHECK_BIDI | IDNA.CHECK_CONTEXTJ);

  /** Hosts with such labels exist; lengths and empty labels are checked below. */
  private static final Set<IDNA.Error> ACCEPTED =
      EnumSet.of(
          IDNA.Error.LEADING_HYPHEN,
          IDNA.Error.TRAILING_HYPHEN,
          IDNA.Error.HYPHEN_3_4,
          IDNA.Error.EMPTY_LABEL);

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

  /** Whether a host in its canonical form is an address. */
  static boolean isAddress(String host) {
    return host.contains(":") || IPV4.matcher(host).matches();
  }

  /** Whether a host in its canonical form is the one of an entry, or a subdomain. */
  static boolean matches(String entry, String host) {
    return entry.startsWith(ANY)
        ? host.endsWith(entry.substring(1)) && host.length() >= entry.length()
        : host.equals(entry);
  }

  /** Whether an entry stands for all hosts of another one. */
  static boolean covers(String wider, String narrower) {
    String host = narrower.startsWith(ANY) ? narrower.substring(ANY.length()) : narrower;
    return narrower.equals(wider) || wider.startsWith(ANY) && matches(wider, host);
  }

  /**
   * The canonical form of an entry.
   *
   * @throws IllegalArgumentException if it is invalid; the message names the setting
   */
  static String canonicalEntry(String setting, String entry) {
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
      checkIpv6(bare);
      return bare.toLowerCase(Locale.ROOT);
    }
    String name = punycode(host).replaceFirst("\\.$", "");
    if (name.length() > MAX_LENGTH || !NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not a host name, one expected");
    }
    if (ENDS_IN_NUMBER.matcher(name).matches() && !IPV4.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "an address in an unusual notation found, four decimal bytes expected");
    }
    return name;
  }

  private static void checkIpv6(String address) {
    try {
      InetAddress.getByName("[" + address + "]"); // the brackets prevent a DNS query
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("an invalid IPv6 address found, a valid one expected", e);
    }
  }

  private static String punycode(String host) {
    var info = new IDNA.Info();
    var name = PUNYCODE.nameToASCII(host, new StringBuilder(), info);
    if (!ACCEPTED.containsAll(info.getErrors())) {
      throw new IllegalArgumentException("not a host name, one expected");
    }
    return name.toString();
  }
}
