package io.spackle.source;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Resolves host names and literals to public addresses only.
 *
 * <p>The HTTP client connects to the addresses returned here, so an address cannot change between
 * check and use.
 */
final class AddressGuard implements DnsResolver {

  /**
   * The networks that IANA's special-purpose registries list as not globally reachable, and the
   * public address of Azure's metadata service.
   */
  private static final List<Network> NOT_PUBLIC =
      networks(
          "0.0.0.0/8",
          "10.0.0.0/8",
          "100.64.0.0/10",
          "127.0.0.0/8",
          "168.63.129.16/32",
          "169.254.0.0/16",
          "172.16.0.0/12",
          "192.0.0.0/24",
          "192.0.2.0/24",
          "192.88.99.0/24",
          "192.168.0.0/16",
          "198.18.0.0/15",
          "198.51.100.0/24",
          "203.0.113.0/24",
          "224.0.0.0/3",
          // Teredo and others; documentation; 6to4, which like Teredo embeds any IPv4 address.
          "2001::/23",
          "2001:db8::/32",
          "3fff::/20",
          "2002::/16");

  private static final List<Network> PUBLIC = networks("0.0.0.0/0", "2000::/3");

  /** NAT64, RFC 6052: the last four bytes are an IPv4 address. */
  private static final Network NAT64 = Network.of("64:ff9b::/96");

  /**
   * Domains without public addresses: RFC 6761, 6762 and 8375, and .internal, which ICANN reserved.
   */
  private static final Pattern PRIVATE_NAME =
      Pattern.compile(".*\\.(?:localhost|localdomain|local|internal|home\\.arpa)");

  private final HostList allowed;

  /**
   * @param allowed hosts that may have any address
   */
  AddressGuard(HostList allowed) {
    this.allowed = allowed;
  }

  @Override
  public InetAddress[] resolve(String host) throws UnknownHostException {
    InetAddress[] addresses = InetAddress.getAllByName(host);
    if (!allowed.contains(host)) {
      for (InetAddress address : addresses) {
        checkPublic(address);
      }
    }
    return addresses;
  }

  /**
   * Checks a host that a proxy resolves: addresses must be public, and names must not be those of a
   * private network.
   *
   * @param host in its canonical form
   */
  void checkUnresolved(String host) throws UnknownHostException {
    if (allowed.contains(host)) {
      return;
    }
    if (HostList.isAddress(host)) {
      checkPublic(InetAddress.getByName(host));
    } else if (!host.contains(".") || PRIVATE_NAME.matcher(host).matches()) {
      throw new ForbiddenAddressException(host);
    }
  }

  @Override
  public String resolveCanonicalHostname(String host) {
    return host;
  }

  static boolean isPublic(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (NAT64.contains(bytes)) {
      bytes = Arrays.copyOfRange(bytes, 12, 16);
    }
    return isIn(PUBLIC, bytes) && !isIn(NOT_PUBLIC, bytes);
  }

  private static void checkPublic(InetAddress address) throws ForbiddenAddressException {
    if (!isPublic(address)) {
      throw new ForbiddenAddressException(address.getHostAddress());
    }
  }

  private static boolean isIn(List<Network> networks, byte[] address) {
    return networks.stream().anyMatch(network -> network.contains(address));
  }

  private static List<Network> networks(String... networks) {
    return Stream.of(networks).map(Network::of).toList();
  }

  /** The host has an address, or a name, that is not public. */
  static final class ForbiddenAddressException extends UnknownHostException {

    private static final long serialVersionUID = 1L;

    private ForbiddenAddressException(String address) {
      super(address);
    }
  }

  /** Addresses that share their first bits. */
  record Network(int addressBits, int prefixBits, BigInteger prefix) {

    static Network of(String text) {
      int slash = text.indexOf('/');
      int prefixBits = Integer.parseInt(text.substring(slash + 1));
      try {
        byte[] address = InetAddress.getByName(text.substring(0, slash)).getAddress();
        int bits = address.length * Byte.SIZE;
        return new Network(
            bits, prefixBits, new BigInteger(1, address).shiftRight(bits - prefixBits));
      } catch (UnknownHostException e) {
        throw new IllegalArgumentException(text, e);
      }
    }

    boolean contains(byte[] address) {
      return address.length * Byte.SIZE == addressBits
          && new BigInteger(1, address).shiftRight(addressBits - prefixBits).equals(prefix);
    }
  }
}
