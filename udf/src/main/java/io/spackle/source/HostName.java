package io.spackle.source;

import java.net.IDN;
import java.util.Locale;
import java.util.regex.Pattern;

/** Host names and address literals in one spelling, so that lists of them can be compared. */
final class HostName {

  /** As in DNS. */
  private static final int LONGEST = 253;

  private static final Pattern NAME = Pattern.compile("[a-z0-9_-]+(?:\\.[a-z0-9_-]+)*");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-f]*:[0-9a-f:.]+");
  private static final String BYTE = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
  private static final Pattern IPV4 = Pattern.compile("(?:" + BYTE + "\\.){3}" + BYTE);

  /** Systems read a name that ends so as an address: 127.1, 2130706433, 0x7f.1. */
  private static final Pattern ENDS_IN_NUMBER = Pattern.compile("(?:.*\\.)?(?:\\d+|0x[0-9a-f]*)");

  private HostName() {}

  /**
   * A host in lower case, without brackets and final dot, and in punycode, so that a look-alike
   * does not pass for the real one.
   *
   * @throws IllegalArgumentException if it is no host; the message says why
   */
  static String canonical(String host) {
    String bare =
        host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    if (IPV6.matcher(bare.toLowerCase(Locale.ROOT)).matches()) {
      return bare.toLowerCase(Locale.ROOT);
    }
    String name = ascii(host).toLowerCase(Locale.ROOT).replaceFirst("\\.$", "");
    if (name.length() > LONGEST || !NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("no host name found, one expected");
    }
    if (ENDS_IN_NUMBER.matcher(name).matches() && !IPV4.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "an oddly spelled address found, four decimal bytes expected");
    }
    return name;
  }

  private static String ascii(String host) {
    try {
      return IDN.toASCII(host);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("no host name found, one expected", e);
    }
  }
}
