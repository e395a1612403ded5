package io.spackle.jobs;

import static io.spackle.row.ErrorCode.ROW_INVALID;
import static io.spackle.row.ErrorCode.ROW_MALFORMED;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prompts and parameters: numbers 65 to 73 of the list of bad inputs. */
class BadPromptsTest {

  /** Emoji with a joiner, Chinese, right to left, and a letter in two code points. */
  private static final List<String> SCRIPTS =
      List.of("\uD83D\uDC69\u200D\uD83D\uDD27", "\u732B", "\u05D7\u05EA\u05D5\u05DC", "cafe\u0301");

  private static final List<String> CODE =
      List.of("=cmd|' /C calc'!A0", "<script>alert(\"1\")</script>", "a,\"b\"\nc");

  private record InvalidValue(String value, String expected) {}

  /** Invalid values and the expected ones in the messages, by field. */
  private static final Map<String, List<InvalidValue>> OUT_OF_RANGE =
      Map.of(
          "seed",
              List.of(
                  new InvalidValue("-2", "a whole number from -1 to 9223372036854775807"),
                  new InvalidValue("1.5", "a whole number from -1"),
                  new InvalidValue("abc", "a whole number from -1"),
                  new InvalidValue("9223372036854775808", "a whole number from -1")),
          "guidance_scale",
              List.of(
                  new InvalidValue("NaN", "a number from 1 to 20"),
                  new InvalidValue("Infinity", "a number from 1 to 20"),
                  new InvalidValue("0.5", "a number from 1 to 20"),
                  new InvalidValue("21", "a number from 1 to 20")),
          "strength",
              List.of(
                  new InvalidValue("0", "a number above 0 and at most 1"),
                  new InvalidValue("2", "a number above 0 and at most 1")),
          "num_inference_steps",
              List.of(
                  new InvalidValue("0", "a whole number from 1 to 50"),
                  new InvalidValue("51", "a whole number from 1 to 50")),
          "samples", List.of(new InvalidValue("0", "a whole number from 1 to 16")),
          "width", List.of(new InvalidValue("2000", "a whole number from 64 to 1024")));

  @TempDir static Path folder;

  private static JobRows rows;

  @BeforeAll
  static void runOneManifestOfOddRows() throws IOException {
    rows = new JobRows(folder);
    rows.row("b65 null", "prompt", null).row("b65 empty", "prompt", "");
    rows.row("b66", "prompt", "x".repeat(1 << 20));
    rows.row("b67", "prompt", "word ".repeat(200));
    for (String prompt : SCRIPTS) {
      rows.row("b68 " + prompt, "prompt", prompt);
    }
    rows.line(rows.validRow("b69 half").toString().replace("a plain wall", "\\ud83d wall"));
    rows.row("b69 nul", "prompt", "a\0b");
    for (String prompt : CODE) {
      rows.row("b70 " + CODE.indexOf(prompt), "prompt", prompt);
    }
    OUT_OF_RANGE.forEach(
        (field, values) -> {
          for (InvalidValue invalid : values) {
            rows.row(field + " " + invalid.value(), field, invalid.value());
          }
        });
    rows.row("b72 size", "width", 2000, "height", 2000);
    rows.row("b72 steps as a number", "num_inference_steps", 51);
    addTheSampleOfTheApi();
    rows.run("");
  }

  private static void addTheSampleOfTheApi() {
    rows.row(
        "b73",
        "key",
        "an API key",
        "negative_prompt",
        null,
        "width",
        "64",
        "height",
        "64",
        "samples",
        "1",
        "num_inference_steps",
        "3",
        "guidance_scale",
        7.5,
        "safety_checker",
        "no",
        "enhance_prompt",
        "yes",
        "strength",
        0.7,
        "seed",
        null,
        "webhook",
        null,
        "track_id",
        null);
  }

  @Test
  void b65_nullPromptFails_emptyPromptIsAccepted() {
    rows.isFailed("b65 null", ROW_INVALID, "prompt: nothing found");
    rows.image("b65 empty");
  }

  @Test
  void b66_promptOfOneMegabyte_failsBeforeTokenization() {
    rows.isFailed("b66", ROW_INVALID, "prompt: 1048576 bytes found, at most 65536 expected");
    assertThat(rows.of("b66").<Row>getAs("error").<String>getAs("stage")).isEqualTo("READ");
    assertThat(rows.of("b66").<Row>getAs("meta").<String>getAs("prompt")).isNull();
  }

  @Test
  void b67_promptOver77Tokens_isNoted() {
    rows.image("b67");
    Row row = rows.of("b67");
    assertThat(row.<String>getList(row.fieldIndex("notes"))).contains("PROMPT_TRUNCATED");
  }

  @Test
  void b68_everyScript_isByteIdenticalInTheMetaRow() {
    for (String prompt : SCRIPTS) {
      rows.image("b68 " + prompt);
      isInMetaRow("b68 " + prompt, prompt);
    }
  }

  @Test
  void b69_unpairedSurrogateAndNul_fail() {
    assertThat(rows.failed(ROW_MALFORMED)).hasSize(1);
    rows.isFailed("b69 nul", ROW_INVALID, "prompt: the character NUL found");
  }

  /** Parquet has no code; what renders meta rows as a page or a spreadsheet must escape them. */
  @Test
  void b70_promptsThatAreCodeElsewhere_arePlainStrings() {
    for (String prompt : CODE) {
      rows.image("b70 " + CODE.indexOf(prompt));
      isInMetaRow("b70 " + CODE.indexOf(prompt), prompt);
    }
  }

  @Test
  void b71_invalidSeeds_fail() {
    areFailed("seed");
  }

  @Test
  void b72_parametersOutOfRange_failWithFieldValueAndRange() {
    for (String field :
        List.of("guidance_scale", "strength", "num_inference_steps", "samples", "width")) {
      areFailed(field);
    }
    rows.isFailed("b72 size", ROW_INVALID, "width: \"2000\" found", "height: \"2000\" found");
    rows.isFailed("b72 steps as a number", ROW_INVALID, "num_inference_steps: ", "51", "1 to 50");
  }

  @Test
  void b73_numbersAsStringsFlagsAsWordsAndNulls_areAcceptedAsInTheApiSample() {
    assertThat(rows.image("b73").width()).isEqualTo(JobRows.SIDE);
    Row meta = rows.of("b73").getAs("meta");
    assertThat(meta.<Integer>getAs("steps")).isEqualTo(3);
    assertThat(meta.<String>getAs("enhance_prompt")).isEqualTo("yes");
    assertThat(rows.of("b73").json()).doesNotContain("an API key");
  }

  private static void areFailed(String field) {
    for (InvalidValue invalid : OUT_OF_RANGE.get(field)) {
      String found = field + ": \"" + invalid.value() + "\" found, " + invalid.expected();
      rows.isFailed(field + " " + invalid.value(), ROW_INVALID, found, "expected");
    }
  }

  private static void isInMetaRow(String id, String prompt) {
    assertThat(rows.of(id).<Row>getAs("meta").<String>getAs("prompt")).isEqualTo(prompt);
  }
}
