package io.spackle.source;

import static io.spackle.row.ErrorCode.URL_FORBIDDEN;
import static io.spackle.row.ErrorCode.URL_INVALID;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithUtf8Length;
import io.spackle.row.RowException;
import io.spackle.source.AddressGuard.ForbiddenAddressException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any text is either a valid target or a failure with a reason, and no literal address that passes
 * the guard is private, in any notation. A build tests the seeds; {@code JAZZER_FUZZ=1} generates
 * texts for ten minutes.
 */
class LocationFuzzTest {

  private static final FetchSettings SETTINGS = Settings.of(List.of(), List.of("127.0.0.1"));

  private static final HttpRules RULES = HttpRules.of(SETTINGS);

  /** Independent of the code under test; other names would need a DNS lookup. */
  private static final Pattern LITERAL = Pattern.compile("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

  private static final AddressGuard GUARD = new AddressGuard(new HostList("none", List.of()));

  @MethodSource
  @FuzzTest(maxDuration = "10m")
  void text(@NotNull @WithUtf8Length(max = 9000) String text) {
    try {
      HttpTarget target = HttpTarget.of(Location.of(text));
      RULES.check(target);
      check(target);
      HttpTarget next = target.redirected(text.substring(text.length() / 2));
      check(next);
    } catch (RowException e) {
      assertThat(e.code()).isIn(URL_INVALID, URL_FORBIDDEN);
      assertThat(e.getMessage().codePoints()).noneMatch(Character::isISOControl);
    }
  }

  private static void check(HttpTarget target) {
    String host = target.host();
    assertThat(host).isEqualTo(HostList.canonical(host)).doesNotContain("%", "@", "/", " ");
    assertThat(target.port()).isBetween(1, 65_535);
    assertThat(target.path()).startsWith("/").matches("[!-~]*");
    if (LITERAL.matcher(host).matches()) {
      checkAddress(host);
    }
  }

  private static void checkAddress(String host) {
    try {
      for (InetAddress address : GUARD.resolve(host)) {
        assertThat(isPrivate(address)).as("%s as %s", host, address).isFalse();
      }
    } catch (ForbiddenAddressException e) {
      assertThat(e.getMessage()).isNotBlank();
    } catch (UnknownHostException e) {
      assertThat(host).as("an invalid literal").isNotEmpty();
    }
  }

  /** By the JDK's classification. */
  private static boolean isPrivate(InetAddress address) {
    return address.isLoopbackAddress()
        || address.isAnyLocalAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress();
  }

  static Stream<String> text() {
    return Stream.of(
        "",
        "http://example.com/a.png?b=c#d",
        "https://anna:p%40ss@example.com:8443/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]:80/..//",
        "http://[::ffff:126.0.0.10000000000000000000]/",
        "http://127.1/",
        "http://0x7f.0.0.1/",
        "http://2130706433/",
        "http://b\u00FCcher.example/\u00E9",
        "http://\uFF11\uFF12\uFF17.0.0.1/",
        "file:///etc/passwd",
        "/photos/a b.png",
        "s3a://bucket/../a");
  }
}
