package io.spackle.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.conf.SessionGuard.Origin;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a session may change of what the static Spark configuration sets. */
class SessionGuardTest {

  private static final Map<String, String> STATIC =
      Map.of(
          "fetch.allow-files", "[/photos, \"s3a://bucket/photos\"]",
          "fetch.allow-hosts", "[\"*.example.com\"]",
          "fetch.allow-private", "[10.0.0.1]",
          "fetch.proxy", "none",
          "model.path", "/models/sd15",
          "model.cache", "/cache",
          "safety.model", "/models/safety",
          "models.sdxl.path", "/models/sdxl",
          "models.flux.path", "/models/flux");

  @ParameterizedTest(name = "{0} = {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "fetch.allow-files | [/photos]",
        "fetch.allow-files | []",
        "fetch.allow-hosts | [\"*.cdn.example.com\", a.example.com]",
        "fetch.allow-private | []",
        "model.path | /models/flux",
        "masks.text.path | builtin:text",
        "batch.max-images | 4",
        "quality.max-seam | 2",
        "fetch.timeout | 5s",
      })
  void aSessionMayNarrow(String key, String value) {
    assertThat(checked(Origin.APPLICATION, key, value)).containsEntry("spackle." + key, value);
    assertThat(checked(Origin.REMOTE, key, value)).containsEntry("spackle." + key, value);
  }

  @ParameterizedTest(name = "{0} = {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "fetch.allow-files | [/photos, /etc] | is [/photos, /etc] in the session, expected entries of [/photos, s3a",
        "fetch.allow-files | {0 = /} | allow-files is [/] in the session",
        "fetch.allow-files | [/] | allow-files is [/] in the session",
        "fetch.allow-files | [/photos/link] | allow-files is [/photos/link] in the session",
        "fetch.allow-hosts | [] | allow-hosts is [] in the session",
        "fetch.allow-hosts | [example.org] | expected entries of [*.example.com]",
        "fetch.allow-hosts | [\"*.com\"] | expected entries of [*.example.com]",
        "fetch.allow-private | [10.0.0.1, 169.254.169.254] | expected entries of [10.0.0.1]",
        "fetch | {allow-private = [127.0.0.1]} | allow-private is [127.0.0.1] in the session",
        "fetch.proxy | http://10.0.0.2:80 | fetch.proxy is set in the session",
        "model.path | /tmp/model | expected one of [/models/sd15, /models/flux, /models/sdxl]",
        "model.path | builtin:patchmatch | expected one of [/models/sd15",
        "model.vae | /tmp/vae | model.vae is /tmp/vae",
        "model.cache | /etc | model.cache is set in the session",
        "safety.model | none | safety.model is none",
        "quality.scorer | /tmp/scorer | quality.scorer is /tmp/scorer",
        "masks.hat.path | /tmp/segmenter | masks.hat.path is /tmp/segmenter",
        "models.sdxl.path | /tmp/model | models.sdxl.path is /tmp/model",
        "models.mine.path | /tmp/model | models.mine.path is /tmp/model",
      })
  void aSessionMayNotWiden(String key, String value, String expected) {
    assertThatThrownBy(() -> checked(Origin.APPLICATION, key, value))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(expected)
        .hasMessageContaining("Spark's static configuration sets it");
    assertThatThrownBy(() -> checked(Origin.REMOTE, key, value))
        .hasMessageContaining(expected)
        .hasMessageContaining("on Spark Connect it counts from the configuration of the server");
  }

  @ParameterizedTest(name = "{0} = {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "fetch.allow-files | [/photos]",
        "fetch.allow-private | [127.0.0.1]",
        "fetch.proxy | http://10.0.0.2:80",
        "model.path | /tmp/model",
        "model.cache | /tmp/cache",
        "masks.hat.path | /tmp/segmenter",
      })
  void whereNothingIsSetTheSessionsOwnValuesHoldButNotOnConnect(String key, String value) {
    Map<String, String> session = rooted(Map.of(key, value));
    assertThat(SessionGuard.checked(session, Map.of(), Origin.APPLICATION)).isEqualTo(session);
    assertThatThrownBy(() -> SessionGuard.checked(session, Map.of(), Origin.REMOTE))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(key);
  }

  @ParameterizedTest
  @ValueSource(strings = {"allow-hosts = [example.com]", "allow-files = []"})
  void onConnectTheDefaultsMayBeNarrowed(String list) {
    Map<String, String> session = rooted(Map.of("fetch", "{" + list + "}"));
    assertThat(SessionGuard.checked(session, Map.of(), Origin.REMOTE)).isEqualTo(session);
  }

  @Test
  void whatASessionHasUnsetStillCounts() {
    Map<String, String> session = rooted(Map.of("fetch", "{timeout = 5s}", "model.cache", "null"));
    assertThat(SessionGuard.checked(session, rooted(STATIC), Origin.APPLICATION))
        .containsEntry("spackle.fetch.allow-hosts", "[\"*.example.com\"]")
        .containsEntry("spackle.safety.model", "/models/safety")
        .containsEntry("spackle.model.cache", "/cache")
        .containsEntry("spackle.model.path", "/models/sd15");
  }

  @Test
  void aSessionChoosesAModelByItsName() {
    for (Origin origin : Origin.values()) {
      assertThat(checked(origin, "model.name", "sdxl"))
          .containsEntry("spackle.model.path", "/models/sdxl")
          .doesNotContainKeys("spackle.model.name", "spackle.models.sdxl.path");
    }
    Map<String, String> own = rooted(Map.of("models.a.path", "/a", "model.name", "a"));
    assertThat(SessionGuard.checked(own, Map.of(), Origin.APPLICATION))
        .isEqualTo(Map.of("spackle.model.path", "/a"));
  }

  @Test
  void unknownNamesAreRefusedWithTheKnownOnes() {
    assertThatThrownBy(() -> checked(Origin.REMOTE, "model.name", "sd3"))
        .hasMessage(
            "spark.spackle.model.name is \"sd3\", expected one of the names in spark.spackle.models.NAME.path: flux, sdxl");
  }

  @Test
  void secretsOfProxiesAreNotRepeated() {
    assertThatThrownBy(() -> checked(Origin.APPLICATION, "fetch.proxy", "http://u:s3cr3t@host:80"))
        .hasMessageNotContaining("s3cr3t");
  }

  private static Map<String, String> checked(Origin origin, String key, String value) {
    Map<String, String> session = new TreeMap<>(STATIC);
    if (key.equals("fetch")) {
      session.keySet().removeIf(given -> given.startsWith("fetch."));
    }
    session.put(key, value);
    return SessionGuard.checked(rooted(session), rooted(STATIC), origin);
  }

  private static Map<String, String> rooted(Map<String, String> settings) {
    Map<String, String> rooted = new TreeMap<>();
    settings.forEach((key, value) -> rooted.put("spackle." + key, value));
    return rooted;
  }
}
