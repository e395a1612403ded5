package io.spackle.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.row.ErrorCode;
import io.spackle.row.RowException;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpTargetTest {

  @ParameterizedTest
  @CsvSource({
    "http://h,h,80,/",
    "https://H.Example.Com./a?b=c#d,h.example.com,443,/a?b=c",
    "https://my_bucket.example.com:8443//a//b,my_bucket.example.com,8443,//a//b",
    "https://h:/a%2Fb,h,443,/a%2Fb",
    "https://bücher.example/ü?ü,xn--bcher-kva.example,443,/%C3%BC?%C3%BC",
    "http://[2606:4700::1111]:80/a,2606:4700::1111,80,/a",
    "http://[::FFFF:127.0.0.1]/a,::ffff:127.0.0.1,80,/a",
    "http://１２７.0.0.1/a,127.0.0.1,80,/a",
    "https://straße.example/,xn--strae-oqa.example,443,/",
    "https://\uD83D\uDCA9.example/,xn--ls8h.example,443,/",
    "https://b%C3%BCcher.example/,xn--bcher-kva.example,443,/",
    "https://r1---sn-x.example/,r1---sn-x.example,443,/",
  })
  void urlsAreParsed(String url, String host, int port, String path) {
    HttpTarget target = of(url);
    assertThat(target.host()).isEqualTo(host);
    assertThat(target.port()).isEqualTo(port);
    assertThat(target.path()).isEqualTo(path);
    assertThat(target.authorization()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " -> ",
      quoteCharacter = '\0',
      value = {
        "/my photo.png -> /my%20photo.png",
        "/a|b^c`d\"e<f>g{h}i[j].png -> /a%7Cb%5Ec%60d%22e%3Cf%3Eg%7Bh%7Di%5Bj%5D.png",
        "/100%.png -> /100%25.png",
        "/50%off%2.png -> /50%25off%252.png",
        "/a%20b%2fc%7C.png -> /a%20b%2fc%7C.png",
        "/bücher/\uD83D\uDE00.png -> /b%C3%BCcher/%F0%9F%98%80.png",
        "/\uD83D.png -> /%EF%BF%BD.png",
        "/a?q=[x y]|ü%&r={1} -> /a?q=%5Bx%20y%5D%7C%C3%BC%25&r=%7B1%7D",
        "/a?b?c/d'e -> /a?b?c/d'e",
        "/a\\b?c\\d -> /a/b?c%5Cd",
        "/a/../b/./c -> /b/c",
        "/a/%2E%2e/b/%2e -> /b/",
        "/../../a.. -> /a..",
        "?a -> /?a",
        "/a# b\" -> /a",
      })
  void charactersThatNoUrlMayContainAreEncodedAsBrowsersDo(String rest, String sent) {
    assertThat(of("https://h" + rest).path()).isEqualTo(sent);
  }

  @Test
  void blanksAroundAUrlAreDropped() {
    HttpTarget target = of(" \thttps://h/a b \t");
    assertThat(target.path()).isEqualTo("/a%20b");
    assertThat(target.location().text()).isEqualTo("https://h/a b");
  }

  /** The second a of the host is Cyrillic. */
  @Test
  void homographsAreDistinct() {
    var list = new HostList("setting", List.of("paypal.com", "*.example.com"));
    assertThat(list.contains(of("https://PayPal.com/").host())).isTrue();
    assertThat(list.contains(of("https://payp\u0430l.com/").host())).isFalse();
    assertThat(list.contains("a.example.com")).isTrue();
    assertThat(list.contains("example.com")).isFalse();
    assertThat(list.contains("badexample.com")).isFalse();
  }

  @Test
  void userInfoBecomesBasicAuthorization() {
    assertThat(of("https://Aladdin:open%20sesame+@h/").authorization())
        .isEqualTo("Basic QWxhZGRpbjpvcGVuIHNlc2FtZSs=");
  }

  @ParameterizedTest
  @CsvSource({
    "https://user:p@ss@h/,user:p@ss",
    "https://user:p:|{<ü%@h/,user:p:|{<ü%",
    "https://token@h/,token",
    "https://:pass@h/,:pass",
  })
  void userInfoMayContainAnyCharacter(String url, String userInfo) {
    assertThat(of(url).userInfo()).isEqualTo(userInfo);
    assertThat(of(url).host()).isEqualTo("h");
    assertThat(of(url)).hasToString("https://***@h/");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://",
        "http:a",
        "http:/a",
        "http:///a",
        "http://h:99999/",
        "http://h:0/",
        "http://h:x/",
        "http://h /",
        "http://h\\@k/",
        "http:\\\\h/",
        "http://h\\k/",
        "http://h<k/",
        "http://h..k/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://127.0.0.1.1/",
        "http://256.0.0.1/",
        "http://[::1%25eth0]/",
        "http://[::1/",
        "http://[::ffff:126.0.0.10000000000000000000]/",
        "http://h%00/",
        "http://a\u2100b/",
      })
  void malformedUrlsAreInvalid(String url) {
    assertThatThrownBy(() -> of(url))
        .asInstanceOf(InstanceOfAssertFactories.type(RowException.class))
        .extracting(RowException::code)
        .isEqualTo(ErrorCode.URL_INVALID);
  }

  @Test
  void veryLongHostsAreInvalid() {
    assertThatThrownBy(() -> of("http://" + "a.".repeat(4000) + "a/"))
        .isInstanceOf(RowException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "/c,https://h/c",
    "c,https://h/a/c",
    "?c,https://h/a/b?c",
    "//k/c,https://k/c",
    "https://k:8443/c,https://k:8443/c",
    "'',https://h/a/b?x",
    "#c,https://h/a/b?x#c",
    "../../c,https://h/a/../../c",
    "c d?e#f,https://h/a/c d?e#f",
    "\\c,https://h/c",
    "\\\\k/c,https://k/c",
    "'  /c  ',https://h/c",
    "12:30.png,https://h/a/12:30.png",
  })
  void redirectsAreResolved(String reference, String url) {
    assertThat(of("https://h/a/b?x").redirected(reference).location().text()).isEqualTo(url);
  }

  @Test
  void userInfoIsKeptForTheSameOriginOnly() {
    HttpTarget start = of("https://user:pass@h/a");
    assertThat(start.redirected("/b").authorization()).isEqualTo(start.authorization());
    assertThat(start.redirected("https://H:443/b").authorization())
        .isEqualTo(start.authorization());
    assertThat(start.redirected("https://k/b").authorization()).isNull();
    assertThat(start.redirected("https://h:8443/b").authorization()).isNull();
  }

  @Test
  void redirectsFromHttpsToHttpAreRefused() {
    assertThatThrownBy(() -> of("https://h/").redirected("http://h/"))
        .asInstanceOf(InstanceOfAssertFactories.type(RowException.class))
        .extracting(RowException::code)
        .isEqualTo(ErrorCode.URL_FORBIDDEN);
    assertThat(of("http://h/").redirected("https://h/").scheme()).isEqualTo("https");
  }

  private static HttpTarget of(String url) {
    return HttpTarget.of(Location.of(url));
  }
}
