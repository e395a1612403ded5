package io.spackle.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.pipeline.QualitySettings;
import io.spackle.quality.QualityThresholds;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;

class QualityConfTest {

  private static final String BUNDLES = System.getProperty("bundles.dir");
  private static final String COLOURS = BUNDLES + "/colour-classifier";

  @Test
  void imagesAreMeasuredAndNotJudgedByDefault() {
    assertThat(read(Map.of()))
        .isEqualTo(new QualitySettings(true, QualityThresholds.NONE, 0, null));
  }

  @Test
  void thresholdsAndScorerAreRead() {
    QualitySettings settings =
        read(
            Map.of(
                "quality.max-seam", "2.5",
                "quality.min-sharpness", "0.5",
                "quality.max-exposure", "1",
                "quality.max-colour", "10",
                "quality.min-score", "-0.5",
                "quality.scorer", COLOURS,
                "quality.scorer-label", "green",
                "quality.retries", "3"));
    assertThat(settings.thresholds()).isEqualTo(new QualityThresholds(2.5, 0.5, 1.0, 10.0, -0.5));
    assertThat(settings.retries()).isEqualTo(3);
    assertThat(settings.scorer().label()).isEqualTo("green");
    assertThat(settings.scorer().folder().path()).endsWith("/colour-classifier");
  }

  @Test
  void settingsWithoutEffectAreRefused() {
    assertRefused(Map.of("quality.retries", "2"), "quality.retries is above 0 without a threshold");
    assertRefused(
        Map.of("quality.min-score", "0.5"), "quality.min-score is set without quality.scorer");
    assertRefused(
        Map.of("quality.scorer-label", "red"),
        "quality.scorer-label is set without quality.scorer");
    assertRefused(
        Map.of("quality.measure", "false", "quality.max-seam", "2"),
        "quality.measure is false, but a threshold or a scorer is set");
    assertRefused(
        Map.of("quality.max-seam", "-1"), "quality.max-seam is \"-1\", expected a number");
  }

  @Test
  void aModelThatUsesNoSeedCannotTryAgain() {
    Map<String, String> retries =
        Map.of(
            "quality.max-seam", "2",
            "quality.retries", "2",
            "model.path", BUNDLES + "/tiny-erase-migan");
    assertRefused(retries, "quality.retries is 2, but the model");
  }

  @Test
  void aScorerIsReadBeforeTheFirstRow() {
    assertRefused(
        Map.of("quality.scorer", COLOURS, "quality.scorer-label", "beautiful"),
        "spackle.quality.scorer " + COLOURS + ": config.json: its id2label has the labels");
    assertRefused(
        Map.of("quality.scorer", BUNDLES + "/tiny-sd15"), "tiny-sd15: model.onnx: not found");
  }

  private static void assertRefused(Map<String, String> settings, String problem) {
    assertThatThrownBy(() -> read(settings))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(problem);
  }

  private static QualitySettings read(Map<String, String> settings) {
    Map<String, String> overrides = new HashMap<>();
    overrides.put("model.path", Path.of(BUNDLES, "tiny-sd15-inpaint").toString());
    overrides.putAll(settings);
    Problems problems = new Problems();
    ResolvedConf resolved =
        ConfFile.load(
            Optional.empty(),
            overrides,
            reader -> ResolvedConf.of(TaskConf.of(reader), new Configuration(), problems));
    problems.refuse();
    return resolved.quality();
  }
}
