package io.spackle.conf;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Row keys change exactly when images may. */
class JobDigestTest {

  private static final String BUNDLES = System.getProperty("bundles.dir");

  private static final Set<String> SHAPING =
      Set.of(
          "model.path",
          "model.vae",
          "model.scheduler-config",
          "model.max-sequence-length",
          "safety.model",
          "safety.labels",
          "safety.threshold",
          "defaults.width",
          "defaults.height",
          "defaults.samples",
          "defaults.num-inference-steps",
          "defaults.guidance-scale",
          "defaults.guidance-start",
          "defaults.guidance-end",
          "defaults.strength",
          "defaults.prompt",
          "defaults.negative-prompt",
          "defaults.scheduler",
          "defaults.use-karras-sigmas",
          "defaults.enhance-prompt",
          "defaults.safety-checker",
          "defaults.seed",
          "defaults.mask-from",
          "defaults.mask-image",
          "masks.text.path",
          "masks.text.kind",
          "masks.text.normalise",
          "masks.text.labels",
          "masks.text.classes",
          "masks.text.threshold",
          "masks.text.grow",
          "masks.text.keep",
          "masks.text.select",
          "masks.text.point",
          "masks.text.empty",
          "prompt.syntax",
          "prompt.enhance-suffix",
          "reference.layout",
          "reference.prompt",
          "reference.background",
          "image.paste-back",
          "image.crop-padding",
          "image.mask-blur",
          "image.mask-grow",
          "image.mask-invert",
          "image.mask-reduce",
          "image.mask-rule",
          "image.resize",
          "image.background",
          "image.fill",
          "image.composite",
          "image.shadow",
          "image.extend",
          "image.extend-overlap",
          "image.alpha",
          "image.colour",
          "output.image-format",
          "output.quality",
          "output.metadata",
          "output.provenance",
          "quality.retries",
          "quality.max-seam",
          "quality.min-sharpness",
          "quality.max-exposure",
          "quality.max-colour",
          "quality.min-score",
          "quality.scorer",
          "quality.scorer-label");

  /** Groups of keys that decide where, when and how fast, but not what. */
  private static final List<String> NOT_SHAPING =
      List.of(
          "manifest.",
          "output.",
          "resume.",
          "model.",
          "fetch.",
          "batch.",
          "lane.",
          "report.",
          "webhook.",
          "hadoop.",
          "plan.",
          "failures.",
          "image.mask-strict",
          "reference.required",
          "masks.text.max-share",
          "quality.measure");

  /** Pinned: another digest would reprocess every finished row. */
  @Test
  void digestsStayTheSameOverReleases() {
    assertThat(digest(Map.of())).isEqualTo("981d0ec3-6e3e-3836-9a66-99bc0459161e");
    assertThat(digest(Map.of("defaults.seed", "7", "image.resize", "original")))
        .isEqualTo("614da2a5-d9b1-3de1-a755-82a40ec446e8");
  }

  @Test
  void everyKeyOfTheConfigurationIsClassified() {
    Set<String> unknown = new HashSet<>(ConfFile.keys());
    unknown.removeAll(SHAPING);
    unknown.removeIf(key -> NOT_SHAPING.stream().anyMatch(key::startsWith));
    assertThat(unknown).isEmpty();
    assertThat(ConfFile.keys()).containsAll(SHAPING);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "model.vae|BUNDLES/tiny-sdxl-inpaint",
        "model.scheduler-config|{beta_start = 0.001}",
        "model.max-sequence-length|64",
        "safety.model|none",
        "defaults.width|64",
        "defaults.height|64",
        "defaults.samples|2",
        "defaults.num-inference-steps|7",
        "defaults.guidance-scale|3",
        "defaults.guidance-start|0.2",
        "defaults.guidance-end|0.8",
        "defaults.strength|0.5",
        "defaults.prompt|a wall",
        "defaults.negative-prompt|''",
        "defaults.scheduler|EulerDiscreteScheduler",
        "defaults.use-karras-sigmas|true",
        "defaults.enhance-prompt|true",
        "defaults.seed|1",
        "defaults.mask-from|text",
        "defaults.mask-image|BUNDLES/../../conf/demo/no-logo-mask.png",
        "masks.text.threshold|0.4",
        "masks.text.grow|2%",
        "masks.text.keep|background",
        "masks.text.select|largest",
        "masks.text.point|[0.1, 0.5]",
        "masks.text.empty|skip",
        "masks.captions.path|builtin:text",
        "prompt.syntax|plain",
        "prompt.enhance-suffix|sharp",
        "reference.layout|left",
        "reference.background|f6f6f6",
        "image.paste-back|false",
        "image.composite|recolour",
        "image.crop-padding|0",
        "image.crop-padding|auto",
        "image.mask-blur|3",
        "image.mask-grow|3",
        "image.mask-invert|true",
        "image.mask-reduce|nearest",
        "image.mask-rule|luma",
        "image.resize|stretch",
        "image.background|000000",
        "image.fill|patchmatch",
        "image.fill|background",
        "image.composite|matte",
        "image.extend|4:5",
        "image.extend-overlap|8",
        "image.alpha|flatten",
        "image.colour|srgb",
        "output.image-format|webp",
        "output.quality|80",
        "output.metadata|strip",
        "output.provenance|none"
      })
  void whatShapesImagesChangesTheDigest(String key, String value) {
    assertThat(digest(Map.of(key, value.replace("BUNDLES", BUNDLES))))
        .isNotEqualTo(digest(Map.of()));
  }

  @Test
  void aClassifierItsLabelsAndItsThresholdCount() {
    Map<String, String> checked = new HashMap<>();
    checked.put("safety.model", BUNDLES + "/colour-classifier");
    checked.put("safety.labels", "[red]");
    String digest = digest(checked);
    assertThat(digest).isNotEqualTo(digest(Map.of()));
    checked.put("safety.threshold", "0.6");
    assertThat(digest(checked)).isNotEqualTo(digest);
    checked.put("safety.threshold", "0.5");
    checked.put("safety.labels", "[green]");
    assertThat(digest(checked)).isNotEqualTo(digest);
    checked.put("defaults.safety-checker", "true");
    assertThat(digest(checked)).isNotIn(digest, digest(Map.of()));
  }

  /** Without retries, thresholds and scores only note what an image is like. */
  @Test
  void qualityCountsWithRetriesAlone() {
    Map<String, String> scored = new HashMap<>();
    scored.put("quality.max-seam", "2");
    scored.put("quality.min-sharpness", "0.5");
    scored.put("quality.scorer", BUNDLES + "/colour-classifier");
    scored.put("quality.scorer-label", "red");
    scored.put("quality.min-score", "0.1");
    assertThat(digest(scored)).isEqualTo(digest(Map.of()));
    scored.put("quality.retries", "2");
    String digest = digest(scored);
    assertThat(digest).isNotEqualTo(digest(Map.of()));
    for (String key : List.of("retries", "max-seam", "min-sharpness", "min-score")) {
      assertThat(digest(with(scored, "quality." + key, "1"))).as(key).isNotEqualTo(digest);
    }
    assertThat(digest(with(scored, "quality.max-exposure", "1"))).isNotEqualTo(digest);
    assertThat(digest(with(scored, "quality.max-colour", "1"))).isNotEqualTo(digest);
    assertThat(digest(with(scored, "quality.scorer-label", "blue"))).isNotEqualTo(digest);
    scored.remove("quality.min-score");
    assertThat(digest(with(scored, "quality.scorer-label", "blue")))
        .as("a score without a threshold")
        .isEqualTo(digest(scored));
  }

  private static Map<String, String> with(Map<String, String> settings, String key, String value) {
    Map<String, String> changed = new HashMap<>(settings);
    changed.put(key, value);
    return changed;
  }

  /** Without a layout, no image has a reference whose text could count. */
  @Test
  void theTextOfReferencesCountsWithTheirLayout() {
    Map<String, String> left = Map.of("reference.layout", "left");
    String digest = digest(left);
    assertThat(digest(Map.of("reference.layout", "below"))).isNotEqualTo(digest);
    assertThat(digest(Map.of("reference.layout", "left", "reference.prompt", "a pair; {prompt}")))
        .isNotEqualTo(digest);
    assertThat(digest(Map.of("reference.layout", "left", "reference.required", "true")))
        .isEqualTo(digest);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "defaults.samples|1",
        "defaults.num-inference-steps|50",
        "defaults.guidance-scale|7.5",
        "defaults.guidance-start|0",
        "defaults.guidance-end|1.0",
        "defaults.strength|1",
        "defaults.seed|-1",
        "defaults.enhance-prompt|false",
        "defaults.safety-checker|false",
        "masks.text.grow|0",
        "masks.text.classes|text",
        "masks.text.max-share|0.5",
        "prompt.syntax|a1111",
        "prompt.enhance-suffix|highly detailed, sharp focus, natural light, professional"
            + " photograph",
        "safety.labels|[nsfw]",
        "reference.layout|none",
        "reference.prompt|a pair; {prompt}",
        "reference.background|ffffff",
        "image.paste-back|true",
        "image.crop-padding|none",
        "image.resize|fit",
        "image.mask-rule|auto",
        "image.mask-strict|false",
        "image.background|ffffff",
        "image.fill|init",
        "image.alpha|keep",
        "image.colour|keep",
        "output.image-format|png",
        "output.quality|95",
        "output.name|{id}-{n}",
        "quality.measure|false",
        "quality.max-seam|2",
        "fetch.timeout|1s",
        "fetch.max-pixels|1000",
        "fetch.user-agent|Shop/1.0",
        "fetch.headers|{\"a.example\" = {Cookie = ${PATH}}}",
        "fetch.proxy|none",
        "batch.max-images|1",
        "lane.threads|1",
        "model.device|cpu",
        "model.revision|main"
      })
  void defaultsAndWhatDoesNotShapeImagesDoNotCount(String key, String value) {
    assertThat(digest(Map.of(key, value))).isEqualTo(digest(Map.of()));
  }

  private static String digest(Map<String, String> settings) {
    Map<String, String> overrides = new HashMap<>(settings);
    overrides.put("model.path", Path.of(BUNDLES, "tiny-sd15-inpaint").toString());
    Problems problems = new Problems();
    ResolvedConf resolved =
        ConfFile.load(
            Optional.empty(),
            overrides,
            reader -> ResolvedConf.of(TaskConf.of(reader), new Configuration(), problems));
    problems.refuse();
    return resolved.digest();
  }
}
