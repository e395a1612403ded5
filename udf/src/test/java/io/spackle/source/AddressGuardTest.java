package io.spackle.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressGuardTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.1",
        "2130706433",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.168.1.1",
        "198.19.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "fe80::1",
        "fec0::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        // NAT64, local-use NAT64, 6to4 and Teredo, each embedding an address of 10.0.0.0/8 or
        // 127.0.0.0/8
        "64:ff9b::10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::10.0.0.1",
        "2002:a00:1::",
        "2001:0:a00:1::",
        "2001:0:4136:e378:8000:63bf:f5ff:fffe",
        "2001:db8::1",
      })
  void specialPurposeAddressesAreNotPublic(String address) throws UnknownHostException {
    assertThat(AddressGuard.isPublic(InetAddress.getByName(address))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1",
        "9.255.255.255",
        "100.63.255.255",
        "100.128.0.0",
        "172.32.0.0",
        "192.167.255.255",
        "223.255.255.255",
        "2606:4700:4700::1111",
        "64:ff9b::1.1.1.1",
        "::ffff:1.1.1.1"
      })
  void otherAddressesArePublic(String address) throws UnknownHostException {
    assertThat(AddressGuard.isPublic(InetAddress.getByName(address))).isTrue();
  }

  @Test
  void allowedHostsMayHaveAnyAddress() throws UnknownHostException {
    var guard = new AddressGuard(new HostList("setting", List.of("localhost")));
    assertThat(guard.resolve("localhost")).isNotEmpty();
    assertThatThrownBy(() -> guard.resolve("127.0.0.1"))
        .isInstanceOf(AddressGuard.ForbiddenAddressException.class)
        .hasMessage("127.0.0.1");
  }
}
