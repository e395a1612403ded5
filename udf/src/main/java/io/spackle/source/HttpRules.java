package io.spackle.source;

import java.util.Set;

/**
 * The rules for the hosts and ports that may be contacted.
 *
 * @param allowHosts the only allowed hosts; empty for all
 * @param allowPrivate hosts that may have any address and port
 */
record HttpRules(HostList allowHosts, HostList allowPrivate) {

  private static final Set<Integer> PORTS = Set.of(80, 443, 8080, 8443);

  /**
   * @throws IllegalArgumentException if an entry of a list is not a host
   */
  static HttpRules of(FetchSettings settings) {
    return new HttpRules(
        new HostList("spackle.fetch.allow-hosts", settings.allow().hosts()),
        new HostList("spackle.fetch.allow-private", settings.allow().privateHosts()));
  }

  /** The resolver that checks the addresses to connect to. */
  AddressGuard guard() {
    return new AddressGuard(allowPrivate);
  }

  /**
   * Checks host and port.
   *
   * @throws io.spackle.row.RowException if they are not allowed
   */
  void check(HttpTarget target) {
    if (!allowHosts.isEmpty() && !allowHosts.contains(target.host())) {
      throw target.location().forbidden("the host is not in spackle.fetch.allow-hosts");
    }
    if (!PORTS.contains(target.port()) && !allowPrivate.contains(target.host())) {
      throw target
          .location()
          .forbidden("port " + target.port() + " found, one of " + PORTS + " expected");
    }
  }
}
