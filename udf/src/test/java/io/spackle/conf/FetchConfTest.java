package io.spackle.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.spackle.source.FetchSettings;
import io.spackle.source.FetchSettings.RequestSettings;
import io.spackle.source.ProxySetting;
import io.spackle.source.RequestHeaders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers, user agent and proxy: what they may come from, and that no message shows a secret. */
class FetchConfTest {

  /** An environment variable that every system sets. */
  private static final String VARIABLE = "PATH";

  private static final String HEADERS = "fetch.headers";
  private static final String PROXY = "fetch.proxy";

  @TempDir Path folder;

  @Test
  void nothingIsSetByDefault() {
    assertThat(ofCommandLine(Map.of()).requests()).isEqualTo(RequestSettings.DEFAULT);
  }

  @Test
  void aFileMayContainSecretsOrTakeThemFromTheEnvironment() throws IOException {
    RequestSettings requests =
        ofFile(
                """
                spackle.fetch {
                  headers {
                    "*.cdn.example" { Authorization = "Bearer "${PATH}, X-Shop = 7 }
                    images.example.com.Cookie = abc
                    images.example.com.X-Unset = null
                  }
                  user-agent = "Shop/1.0 (shop@example.com)"
                  proxy = "http://user:s3cret@proxy.example:3128"
                }
                """)
            .requests();
    assertThat(requests.headers().byHost())
        .isEqualTo(
            Map.of(
                "*.cdn.example",
                Map.of("Authorization", "Bearer " + System.getenv(VARIABLE), "X-Shop", "7"),
                "images.example.com",
                Map.of("Cookie", "abc")));
    assertThat(requests.userAgent()).isEqualTo("Shop/1.0 (shop@example.com)");
    assertThat(requests.proxy())
        .isEqualTo(ProxySetting.of("http://user:s3cret@proxy.example:3128"));
  }

  @Test
  void theCommandLineMayNotContainSecrets() {
    String headers = "{ \"a.example\" = { Authorization = \"Bearer s3cret\" } }";
    checkRefused(HEADERS, headers, "Authorization is on the command line, where all users");
    checkRefused(PROXY, "http://user:s3cret@proxy:1", "is on the command line, where all users");
  }

  @Test
  void theCommandLineMayTakeSecretsFromTheEnvironment() {
    RequestHeaders headers =
        ofCommandLine(Map.of(HEADERS, "{ \"a.example\" = { Cookie = \"c=\"${PATH} } }"))
            .requests()
            .headers();
    assertThat(headers.byHost())
        .isEqualTo(Map.of("a.example", Map.of("Cookie", "c=" + System.getenv(VARIABLE))));
    assertThat(ofCommandLine(Map.of(PROXY, "http://proxy:1")).requests().proxy())
        .isEqualTo(ProxySetting.of("http://proxy:1"));
    assertThat(ofCommandLine(Map.of(PROXY, "none")).requests().proxy().mode())
        .isEqualTo(ProxySetting.Mode.NONE);
  }

  @Test
  void sparkSettingsMayNotContainSecretsButTakeThemFromTheEnvironment() {
    String literal = "{ \"a.example\" = { Cookie = s3cret } }";
    RefusedException refused =
        catchThrowableOfType(
            RefusedException.class,
            () -> ConfFile.ofSession(Map.of("spackle." + HEADERS, literal), TaskConf::fetch));
    assertThat(refused)
        .hasMessageContaining("Cookie is in Spark's settings, which its UI shows")
        .hasMessageNotContaining("s3cret");
    String substituted = "{ \"a.example\" = { Cookie = ${PATH} } }";
    FetchSettings settings =
        ConfFile.ofSession(Map.of("spackle." + HEADERS, substituted), TaskConf::fetch);
    assertThat(settings.requests().headers().byHost().get("a.example"))
        .containsEntry("Cookie", System.getenv(VARIABLE));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "headers { a.example { Host = s3cret } }",
        "headers { a.example { Cookie = \"s3cret\\r\\nHost: b\" } }",
        "headers { Cookie = s3cret }",
        "headers { a.example { Cookie = [s3cret] } }",
        "headers = s3cret",
        "proxy = \"socks5://u:s3cret@h:1\"",
        "user-agent = \"a\\nb\"",
      })
  void invalidValuesAreRefusedWithoutRepeatingSecrets(String setting) {
    RefusedException refused =
        catchThrowableOfType(
            RefusedException.class, () -> ofFile("spackle.fetch { " + setting + " }"));
    assertThat(refused)
        .hasMessageContainingAll("spackle.fetch." + setting.split(" ")[0], "job.conf: 1")
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void listedSettingsDoNotShowSecrets() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("job.conf"),
            """
            spackle.fetch {
              headers { "a.example" { Cookie = s3cret } }
              proxy = "user:s3cret@proxy:3128"
            }
            """);
    assertThat(ConfFile.settings(Optional.of(file), Map.of()).toString())
        .contains("fetch.headers = {a.example = ***}", "fetch.proxy = ")
        .doesNotContain("s3cret");
  }

  private void checkRefused(String key, String value, String problem) {
    RefusedException refused =
        catchThrowableOfType(RefusedException.class, () -> ofCommandLine(Map.of(key, value)));
    assertThat(refused).hasMessageContaining(problem).hasMessageNotContaining("s3cret");
  }

  private FetchSettings ofFile(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("job.conf"), text);
    return ConfFile.load(Optional.of(file), Map.of(), TaskConf::fetch);
  }

  private static FetchSettings ofCommandLine(Map<String, String> overrides) {
    return ConfFile.load(Optional.empty(), overrides, TaskConf::fetch);
  }
}
