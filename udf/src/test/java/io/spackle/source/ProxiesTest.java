package io.spackle.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxiesTest {

  private static final Map<String, String> JVM =
      Map.of(
          "http.proxyHost",
          "jvm",
          "http.proxyPort",
          "3128",
          "https.proxyHost",
          "jvm-tls",
          "https.proxyUser",
          "user",
          "https.proxyPassword",
          "pass");

  private static final Map<String, String> ENVIRONMENT =
      Map.of("HTTPS_PROXY", "http://u:p%40ss@env:3129/", "http_proxy", "env:8080");

  @Test
  void theSettingComesBeforeTheJvmAndTheJvmBeforeTheEnvironment() {
    assertThat(proxy("http://conf:1", JVM, ENVIRONMENT, "https://a.example"))
        .contains(new ProxyServer("conf", 1, null));
    assertThat(proxy(null, JVM, ENVIRONMENT, "https://a.example"))
        .contains(new ProxyServer("jvm-tls", 443, "user:pass"));
    assertThat(proxy(null, JVM, ENVIRONMENT, "http://a.example"))
        .contains(new ProxyServer("jvm", 3128, null));
    assertThat(proxy(null, Map.of(), ENVIRONMENT, "https://a.example"))
        .contains(new ProxyServer("env", 3129, "u:p@ss"));
    assertThat(proxy(null, Map.of(), ENVIRONMENT, "http://a.example"))
        .contains(new ProxyServer("env", 8080, null));
    assertThat(proxy(null, Map.of(), Map.of("HTTP_PROXY", " "), "http://a.example")).isEmpty();
    assertThat(proxy("none", JVM, ENVIRONMENT, "https://a.example")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*|http://a.example|true",
        "b.example, a.example|http://a.example|true",
        ".example|http://a.example|true",
        "example|http://a.example|true",
        "*.example|http://a.example|true",
        "A.EXAMPLE|http://a.example|true",
        "a.example:80|http://a.example|true",
        "a.example:8080|http://a.example|false",
        "xample|http://a.example|false",
        "c.a.example|http://a.example|false",
        "10.0.0.0/8 192.168.1.7|http://10.9.8.7|true",
        "10.0.0.0/8 192.168.1.7|http://192.168.1.7|true",
        "10.0.0.0/8|http://11.0.0.1|false",
        "10.0.0.0/x,/|http://10.0.0.1|false",
        "fd00::/8|http://[fd00::1]|true",
        "[fd00::1]|http://[fd00::1]|true",
        "''|http://a.example|false",
      })
  void noProxyNamesTargetsThatAreContactedDirectly(String names, String url, boolean isDirect) {
    for (String variable : new String[] {"NO_PROXY", "no_proxy"}) {
      var environment = Map.of("http_proxy", "env:1", variable, names);
      assertThat(proxy(null, Map.of(), environment, url).isEmpty()).isEqualTo(isDirect);
      assertThat(proxy("http://conf:1", Map.of(), environment, url).isEmpty()).isEqualTo(isDirect);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "a.example|*.b.example,http://a.example,true",
    "a.example|*.b.example,http://x.b.example,true",
    "a.example|*.b.example,http://b.example,false",
    "10.*,http://10.1.1.1,true",
    "[::2],http://[::2],true",
    "a(b,http://a.example,false",
  })
  void nonProxyHostsAreReadAsTheJdkReadsThem(String names, String url, boolean isDirect) {
    var properties = Map.of("http.proxyHost", "jvm", "http.nonProxyHosts", names);
    assertThat(proxy(null, properties, Map.of(), url).isEmpty()).isEqualTo(isDirect);
  }

  /** As in the JDK. Other tests of this module rely on it where the environment has a proxy. */
  @ParameterizedTest
  @ValueSource(strings = {"http://localhost", "http://127.0.0.3", "http://[::1]"})
  void loopbackNamesAreContactedDirectlyUnlessTheProxyIsSet(String url) {
    assertThat(proxy(null, JVM, ENVIRONMENT, url)).isEmpty();
    assertThat(proxy("conf:1", JVM, ENVIRONMENT, url)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "socks5://s3cret@h:1",
        "https://s3cret@h:1",
        "http://s3cret@h:0",
        "http://s3cret@h:99999",
        "http://s3cret@h/path",
        "http://s3cret@",
        "h:x",
        "http://s3cret@127.1:80",
        ""
      })
  void otherProxiesAreRefusedWithoutRepeatingThem(String text) {
    assertThatThrownBy(() -> ProxySetting.of(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected")
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void theOriginOfAnInvalidProxyIsNamed() {
    var proxies = proxies(null, Map.of(), Map.of("https_proxy", "socks5://s3cret@h:1"));
    assertThatThrownBy(proxies::check)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("the environment's HTTPS_PROXY", "spackle.fetch.proxy")
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void passwordsAreHidden() {
    assertThat(ProxySetting.of("http://user:s3cret@h:1").toString())
        .contains("http://***@h:1")
        .doesNotContain("s3cret");
    assertThat(ProxySetting.of("http://user:s3cret@h:1").isSecret()).isTrue();
    assertThat(ProxySetting.of("http://h:1").isSecret()).isFalse();
  }

  private static Optional<ProxyServer> proxy(
      String setting, Map<String, String> properties, Map<String, String> environment, String url) {
    HttpTarget target = HttpTarget.of(Location.of(url + "/"));
    return proxies(setting, properties, environment)
        .of(target.scheme(), target.host(), target.port());
  }

  private static Proxies proxies(
      String setting, Map<String, String> properties, Map<String, String> environment) {
    ProxySetting proxy = setting == null ? ProxySetting.AUTOMATIC : ProxySetting.of(setting);
    return new Proxies(proxy, properties::get, environment::get);
  }
}
