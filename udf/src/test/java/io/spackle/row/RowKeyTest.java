package io.spackle.row;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowKeyTest {

  private static final String KEY = key("width", 512, "safety_checker", "yes");

  /** Pinned: another key would make every finished job run anew. */
  @Test
  void keysStayTheSameOverReleases() {
    assertThat(key()).isEqualTo("5bfe535827a4cd0be14656f031cc9ea6");
    assertThat(key("reference_image", null)).as("column without a value").isEqualTo(key());
  }

  @Test
  void spellingsAreOne() {
    assertThat(key("width", "512", "safety_checker", true)).isEqualTo(KEY);
    assertThat(key("width", 512.0, "safety_checker", "YES", "strength", null)).isEqualTo(KEY);
    assertThat(key("safety_checker", "yes", "WIDTH", " 512.00", "negative_prompt", null))
        .isEqualTo(KEY);
  }

  @Test
  void spellingsOfSchedulersStrengthsAndSeedsAreOne() {
    assertThat(key("scheduler", "EulerDiscreteScheduler"))
        .isEqualTo(key("scheduler", " eulerdiscrete"));
    assertThat(key("prompt_strength", "0.50")).isEqualTo(key("strength", 0.5));
    assertThat(key("prompt_strength", 0.5, "strength", "0.5")).isEqualTo(key("strength", 0.5));
    assertThat(key("prompt_strength", 0.4, "strength", "0.5")).isNotEqualTo(key("strength", 0.5));
    assertThat(key("seed", "-1")).isEqualTo(key("seed", -1L)).isEqualTo(key());
  }

  @Test
  void spellingsOfExtensionsAreOne() {
    assertThat(key("extend", "4:5")).isEqualTo(key("extend", " 4 : 5 CENTER")).isNotEqualTo(key());
    assertThat(key("extend", "left=3, top=4")).isEqualTo(key("extend", "TOP=4;left=3"));
    assertThat(key("extend", "left=3")).isNotEqualTo(key("extend", "left=4"));
    assertThat(key("extend", "banana")).isNotEqualTo(key("extend", "apple"));
    assertThat(key("extend", " ")).isEqualTo(key());
  }

  @Test
  void signedUrlsAreOneHoweverTheyAreSigned() {
    String url = "https://example.com/a.png";
    assertThat(key("init_image", url + "?X-Amz-Signature=1&X-Amz-Date=2&v=3"))
        .isEqualTo(key("init_image", url + "?v=3&X-Amz-Signature=4"))
        .isNotEqualTo(key());
    assertThat(key("mask_image", "data:image/png;base64,AAAA"))
        .isEqualTo(key("mask_image", "data:;base64,AA%41A"));
  }

  @Test
  void theOrderOfColumnsIsNoMatter() {
    Map<String, Object> backwards = new LinkedHashMap<>();
    backwards.put("prompt", "p");
    backwards.put("id", "i");
    Map<String, Object> forwards = new LinkedHashMap<>();
    forwards.put("id", "i");
    forwards.put("prompt", "p");
    assertThat(RowKey.of(TestRows.of(backwards), ""))
        .isEqualTo(RowKey.of(TestRows.of(forwards), ""));
  }

  @ParameterizedTest
  @CsvSource({
    "key,secret",
    "webhook,https://a/b",
    "track_id,7",
    "photographer,me",
    "_spackle_line,4"
  })
  void whatDoesNotShapeTheImageIsNoMatter(String column, String value) {
    assertThat(key(column, value)).isEqualTo(key());
  }

  @ParameterizedTest
  @CsvSource({
    "id,dog",
    "prompt,'a cat sitting on a bench '",
    "prompt,''",
    "negative_prompt,x",
    "negative_prompt,''",
    "enhance_prompt,yes",
    "seed,0",
    "width,513",
    "use_karras_sigmas,no",
    "scheduler,DDIM",
    "reference_image,/shirt.png",
    "exclude_image,/logo.png",
    "_corrupt_record,x"
  })
  void whatShapesTheImageIs(String column, String value) {
    assertThat(key(column, value)).isNotEqualTo(key());
  }

  @Test
  void anEmptyPromptIsNotNone() {
    assertThat(key("prompt", "")).isNotEqualTo(key("prompt", null));
  }

  @Test
  void numbersOutOfAllProportionHaveKeysToo() {
    assertThat(key("seed", "10e2147483647")).isNotEqualTo(key("seed", "1e-2147483647"));
  }

  @Test
  void theJobCounts() {
    assertThat(RowKey.of(TestRows.row(), "a")).isNotEqualTo(RowKey.of(TestRows.row(), "b"));
  }

  private static String key(Object... changes) {
    return RowKey.of(TestRows.row(changes), "job");
  }
}
