package io.spackle.row;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.family.GuidanceSchedule;
import io.spackle.family.ModelTraits;
import io.spackle.family.Note;
import io.spackle.family.ReferenceLayout;
import io.spackle.family.SchedulerChoice;
import io.spackle.row.RowReader.SafetyPolicy;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RowReaderTest {

  private static final String REQUEST_OF_API =
      """
      {
       "key": "",
       "prompt": "a cat sitting on a bench",
       "negative_prompt": null,
       "init_image": "https://raw.githubusercontent.com/CompVis/a.png",
       "mask_image": "https://raw.githubusercontent.com/CompVis/a_mask.png",
       "width": "512",
       "height": "512",
       "samples": "1",
       "num_inference_steps": "30",
       "guidance_scale": 7.5,
       "safety_checker":"yes",
       "strength": 0.7,
       "seed": null,
       "webhook": null,
       "track_id": null
      }
      """;

  private final RowReader reader =
      new RowReader(TestRows.TRAITS, TestRows.DEFAULTS, SafetyPolicy.CHECKED);

  @Test
  void exampleRequestOfTheApiIsValid() throws Exception {
    Map<?, ?> request = new ObjectMapper().readValue(REQUEST_OF_API, Map.class);
    ManifestRow row = valid(TestRows.of(cast(request)));
    assertThat(row.id()).matches("[0-9a-f]{32}");
    assertThat(row.seed()).isBetween(0L, (1L << 32) - 1);
    assertThat(row)
        .usingRecursiveComparison()
        .ignoringFields("names", "seed")
        .isEqualTo(
            new ManifestRow(
                new ManifestRow.Names("", null, null),
                new ManifestRow.Locations(
                    "https://raw.githubusercontent.com/CompVis/a.png",
                    new RowMask.File("https://raw.githubusercontent.com/CompVis/a_mask.png"),
                    null,
                    null),
                new ManifestRow.Prompts(
                    "a cat sitting on a bench",
                    null,
                    "a cat sitting on a bench, sharp",
                    ReferenceContext.NONE),
                new GenerationParameters(
                    512, 512, 1, 30, GuidanceSchedule.of(7.5), 0.7, SchedulerChoice.DEFAULT),
                true,
                0));
  }

  @Test
  void columnsMayHaveAnyTypeAndCase() {
    ManifestRow row =
        valid(
            TestRows.row(
                "id",
                7,
                "WIDTH",
                640L,
                "height",
                512.0,
                "num_inference_steps",
                new BigDecimal("20.0"),
                "guidance_scale",
                " 9 ",
                "safety_checker",
                false,
                "enhance_prompt",
                "No",
                "use_karras_sigmas",
                "true",
                "scheduler",
                "ddim",
                "seed",
                "1e3"));
    assertThat(row.id()).isEqualTo("7");
    assertThat(row.parameters().width()).isEqualTo(640);
    assertThat(row.parameters().height()).isEqualTo(512);
    assertThat(row.parameters().steps()).isEqualTo(20);
    assertThat(row.parameters().guidance().scale()).isEqualTo(9);
    assertThat(row.safetyChecker()).isFalse();
    assertThat(row.prompts().enhanced()).isNull();
    assertThat(row.parameters().scheduler()).isEqualTo(new SchedulerChoice("DDIMScheduler", true));
    assertThat(row.seed()).isEqualTo(1000);
  }

  @Test
  void nullAndBlankMeanTheDefault() {
    ManifestRow row =
        valid(TestRows.row("width", null, "samples", " ", "strength", "", "scheduler", ""));
    assertThat(row.parameters().width()).isEqualTo(512);
    assertThat(row.parameters().samples()).isEqualTo(1);
    assertThat(row.parameters().strength()).isEqualTo(1);
    assertThat(row.parameters().scheduler()).isEqualTo(SchedulerChoice.DEFAULT);
  }

  @Test
  void emptyPromptIsValidButNullIsMissing() {
    assertThat(valid(TestRows.row("prompt", "")).prompts().prompt()).isEmpty();
    assertThat(invalid(TestRows.row("prompt", null)).message())
        .isEqualTo("prompt: nothing found, a text (which may be empty) expected");
  }

  @Test
  void promptlessModelRequiresNoPrompt() {
    Row row =
        TestRows.row(
            "prompt", null, "strength", 0.7, "num_inference_steps", 1, "scheduler", "ddim");
    RowReader.Result result =
        new RowReader(TestRows.ERASE, TestRows.DEFAULTS, SafetyPolicy.CHECKED).read(row);
    assertThat(result)
        .isInstanceOfSatisfying(
            RowReader.Valid.class, valid -> assertThat(valid.row().prompts().prompt()).isEmpty());
  }

  @Test
  void referenceImageIsRequiredByModelsThatAreGuidedByOne() {
    RowReader guided = new RowReader(TestRows.CATVTON, TestRows.DEFAULTS, SafetyPolicy.CHECKED);
    Row row = TestRows.row("prompt", null, "reference_image", "https://example.com/shirt.png");
    ManifestRow read = ((RowReader.Valid) guided.read(row)).row();
    assertThat(read.locations().reference()).isEqualTo("https://example.com/shirt.png");
    assertThat(read.prompts().prompt()).isEmpty();
    assertThat(read.prompts().enhanced()).isNull();
    for (Row missing : List.of(TestRows.row(), TestRows.row("reference_image", " "))) {
      assertThat(invalid(guided, missing).code()).isEqualTo(ErrorCode.REFERENCE_MISSING);
      assertThat(message(guided, missing))
          .isEqualTo("reference_image: nothing found, the location of an image expected");
    }
    assertThat(
            message(
                guided,
                TestRows.row("reference_image", "a", "num_inference_steps", 1, "strength", 0.5)))
        .startsWith("strength: 0.5 found with num_inference_steps 1");
  }

  @Test
  void referenceImageIsRefusedWhereTheModelTakesNone() {
    assertThat(valid(TestRows.row()).locations().reference()).isNull();
    assertThat(valid(TestRows.row("reference_image", " ")).locations().reference()).isNull();
    Row row = TestRows.row("reference_image", "shirt.png");
    RowReader prompted = new RowReader(TestRows.TRAITS, TestRows.DEFAULTS, SafetyPolicy.CHECKED);
    assertThat(invalid(prompted, row).code()).isEqualTo(ErrorCode.REFERENCE_UNUSED);
    assertThat(message(prompted, row))
        .isEqualTo(
            "reference_image: a location found, none expected: models of the family sd15 take a"
                + " reference image only with spackle.reference.layout = left or below");
    RowReader eraser = inContext(TestRows.ERASE, "{prompt}", false);
    assertThat(invalid(eraser, row).code()).isEqualTo(ErrorCode.REFERENCE_UNUSED);
    assertThat(message(eraser, row))
        .endsWith("none expected: models of the family erase take no reference image");
  }

  @Test
  void referenceImageInContextPutsATextAroundThePrompt() {
    RowReader reader = inContext(TestRows.TRAITS, "a shirt; {prompt}", false);
    Row wearing =
        TestRows.row("reference_image", "/shirt.png", "prompt", "a man", "enhance_prompt", "no");
    ManifestRow row = ((RowReader.Valid) reader.read(wearing)).row();
    assertThat(row.prompts().prompt()).as("in the meta row").isEqualTo("a man");
    assertThat(row.prompts().effective()).isEqualTo("a shirt; a man");
    assertThat(row.prompts().context().layout()).isEqualTo(ReferenceLayout.LEFT);
    ManifestRow enhanced =
        ((RowReader.Valid)
                reader.read(TestRows.row("reference_image", "/shirt.png", "prompt", "a man")))
            .row();
    assertThat(enhanced.prompts().effective()).isEqualTo("a shirt; a man, sharp");

    ManifestRow alone = ((RowReader.Valid) reader.read(TestRows.row("prompt", "a man"))).row();
    assertThat(alone.prompts().effective()).isEqualTo("a man, sharp");
    assertThat(alone.prompts().context()).isEqualTo(ReferenceContext.NONE);
    assertThat(message(reader, TestRows.row("reference_image", "/shirt.png", "prompt", null)))
        .startsWith("prompt: nothing found");
  }

  @Test
  void textWithoutThePromptNeedsNone() {
    RowReader reader = inContext(TestRows.TRAITS, "a shirt, worn", false);
    Row row = TestRows.row("reference_image", "/shirt.png", "prompt", null, "enhance_prompt", null);
    ManifestRow read = ((RowReader.Valid) reader.read(row)).row();
    assertThat(read.prompts().effective()).isEqualTo("a shirt, worn");
    assertThat(notes(reader, row)).isEmpty();
    assertThat(
            notes(
                reader,
                TestRows.row("reference_image", "/a.png", "prompt", "x", "enhance_prompt", "yes")))
        .containsExactly(Note.PROMPT_UNUSED, Note.PARAMETERS_UNUSED);
    assertThat(message(reader, TestRows.row("prompt", null)))
        .as("a row without a reference image")
        .startsWith("prompt: nothing found");
  }

  @Test
  void referenceImageMayBeRequired() {
    RowReader reader = inContext(TestRows.TRAITS, "{prompt}", true);
    assertThat(invalid(reader, TestRows.row()).code()).isEqualTo(ErrorCode.REFERENCE_MISSING);
    assertThat(message(reader, TestRows.row()))
        .endsWith("the location of an image expected, or spackle.reference.required = false");
    assertThat(reader.read(TestRows.row("reference_image", "/shirt.png")))
        .isInstanceOf(RowReader.Valid.class);
  }

  @Test
  void referenceImageInContextChangesTheDerivedSeed() {
    RowReader reader = inContext(TestRows.TRAITS, "{prompt}", false);
    long alone = ((RowReader.Valid) reader.read(TestRows.row())).row().seed();
    long shirt = seed(reader, "/shirt.png");
    assertThat(alone).isEqualTo(valid(TestRows.row()).seed());
    assertThat(shirt).isNotEqualTo(alone).isEqualTo(seed(reader, "/shirt.png"));
    assertThat(seed(reader, "/coat.png")).isNotEqualTo(shirt);
  }

  private static long seed(RowReader reader, String reference) {
    return ((RowReader.Valid) reader.read(TestRows.row("reference_image", reference))).row().seed();
  }

  private static RowReader inContext(ModelTraits traits, String template, boolean required) {
    RowDefaults defaults =
        new RowDefaults(
            TestRows.DEFAULTS.parameters(),
            TestRows.DEFAULTS.prompts(),
            null,
            true,
            null,
            new RowDefaults.References(
                new ReferenceContext(ReferenceLayout.LEFT, template), required),
            RowDefaults.Masks.NONE);
    return new RowReader(traits, defaults, SafetyPolicy.CHECKED);
  }

  private static String message(RowReader reader, Row row) {
    return invalid(reader, row).message();
  }

  private static Outcome.Failed invalid(RowReader reader, Row row) {
    return ((RowReader.Invalid) reader.read(row)).outcome();
  }

  @Test
  void defaultPromptAppliesToNullOnly() {
    RowDefaults defaults = TestRows.defaults("a wall", null);
    RowReader withDefault = new RowReader(TestRows.TRAITS, defaults, SafetyPolicy.CHECKED);
    assertThat(prompt(withDefault, TestRows.row("prompt", null))).isEqualTo("a wall");
    assertThat(prompt(withDefault, TestRows.row("prompt", "a door"))).isEqualTo("a door");
    assertThat(prompt(withDefault, TestRows.row("prompt", ""))).isEmpty();
  }

  private static String prompt(RowReader reader, Row row) {
    return ((RowReader.Valid) reader.read(row)).row().prompts().prompt();
  }

  @Test
  void emptyNegativePromptIsNotNull() {
    RowDefaults defaults = TestRows.defaults(null, "blurry");
    RowReader withDefault = new RowReader(TestRows.TRAITS, defaults, SafetyPolicy.CHECKED);
    assertThat(negative(withDefault, TestRows.row())).isEqualTo("blurry");
    assertThat(negative(withDefault, TestRows.row("negative_prompt", null))).isEqualTo("blurry");
    assertThat(negative(withDefault, TestRows.row("negative_prompt", ""))).isEmpty();
    assertThat(negative(reader, TestRows.row("negative_prompt", null))).isNull();
    assertThat(negative(reader, TestRows.row("negative_prompt", ""))).isEmpty();
    assertThat(negative(reader, TestRows.row("negative_prompt", " "))).isEqualTo(" ");
  }

  private static String negative(RowReader reader, Row row) {
    return ((RowReader.Valid) reader.read(row)).row().prompts().negative();
  }

  @Test
  void enhancedPromptIsSeparateFromThePrompt() {
    ManifestRow row = valid(TestRows.row("enhance_prompt", "yes", "prompt", "a (red:1.2) cat "));
    assertThat(row.prompts().prompt()).isEqualTo("a (red:1.2) cat ");
    assertThat(row.prompts().enhanced()).isEqualTo("a (red:1.2) cat , sharp");
    assertThat(valid(TestRows.row("enhance_prompt", "no")).prompts().enhanced()).isNull();
    assertThat(valid(TestRows.row()).prompts().enhanced()).as("default").isNotNull();
    assertThat(valid(TestRows.row("prompt", " ")).prompts().enhanced()).as("blank").isNull();
    RowReader.Result promptless =
        new RowReader(TestRows.ERASE, TestRows.DEFAULTS, SafetyPolicy.CHECKED).read(TestRows.row());
    assertThat(((RowReader.Valid) promptless).row().prompts().enhanced())
        .as("promptless model")
        .isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"🐈‍⬛ 猫", "قطة", "e\u0301", "=cmd()", "<script>"})
  void promptsAreUnchanged(String prompt) {
    assertThat(valid(TestRows.row("prompt", prompt)).prompts().prompt()).isEqualTo(prompt);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\uD83D", "\uDC08a", "a\0b", "a\uFFFDb"})
  void promptsWithInvalidCharactersAreInvalid(String prompt) {
    Outcome.Failed failed = invalid(TestRows.row("prompt", prompt));
    assertThat(failed.code()).isEqualTo(ErrorCode.ROW_INVALID);
    assertThat(failed.message()).startsWith("prompt: ");
  }

  @Test
  void promptOfAMegabyteIsInvalid() {
    assertThat(invalid(TestRows.row("prompt", "é".repeat(500_000))).message())
        .isEqualTo("prompt: 1000000 bytes found, at most 65536 expected");
  }

  @Test
  void allProblemsAreInOneMessage() {
    Outcome.Failed failed =
        invalid(
            TestRows.row(
                "mask_image", "", "width", 2000, "seed", "abc", "safety_checker", "maybe"));
    assertThat(failed.code()).isEqualTo(ErrorCode.ROW_INVALID);
    assertThat(failed.stage()).isEqualTo(RowStage.READ);
    assertThat(failed.message())
        .isEqualTo(
            "mask_image: a blank text found, the location of an image expected;"
                + " width: 2000 found, a whole number from 64 to 1024 expected;"
                + " safety_checker: \"maybe\" found, yes or no expected;"
                + " seed: \"abc\" found, a whole number from -1 to 9223372036854775807 expected");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "seed|-2|a whole number from -1 to 9223372036854775807 expected",
        "seed|1.5|a whole number from -1",
        "seed|9223372036854775808|a whole number from -1",
        "seed|1e999999999|a whole number from -1",
        "guidance_scale|NaN|a number from 1 to 20 expected",
        "guidance_scale|Infinity|a number from 1 to 20 expected",
        "guidance_scale|0.5|a number from 1 to 20 expected",
        "guidance_scale|21|a number from 1 to 20 expected",
        "guidance_start|-0.1|a number from 0 to 1 expected",
        "guidance_end|1.5|a number from 0 to 1 expected",
        "strength|0|a number above 0 and at most 1 expected",
        "strength|1e-400|a number above 0 and at most 1 expected",
        "strength|2|a number above 0 and at most 1 expected",
        "num_inference_steps|0|a whole number from 1 to 50 expected",
        "num_inference_steps|51|a whole number from 1 to 50 expected",
        "samples|0|a whole number from 1 to 16 expected",
        "width|yes|a whole number from 64 to 1024 expected",
        "scheduler|Magic|one of DDIMScheduler, PNDMScheduler expected",
      })
  void invalidValueIsReportedWithItsRange(String column, String value, String expected) {
    assertThat(invalid(TestRows.row(column, value)).message())
        .startsWith(column + ": \"" + value + "\" found, ")
        .contains(expected);
  }

  @Test
  void nanAndBooleansAreNotNumbers() {
    assertThat(invalid(TestRows.row("guidance_scale", Double.NaN)).message()).contains("NaN found");
    assertThat(invalid(TestRows.row("width", true)).message()).contains("true found");
  }

  @Test
  void onlyOneSideMayHaveTheMaximumLength() {
    assertThat(invalid(TestRows.row("width", 1000, "height", 1000)).message())
        .isEqualTo(
            "width x height: 1000x1000 found,"
                + " at most 1024 on the longer side and 768 on the shorter side expected");
    assertThat(valid(TestRows.row("width", 768, "height", 1024)).parameters().height())
        .isEqualTo(1024);
  }

  @Test
  void promptStrengthIsAnAliasOfStrength() {
    assertThat(valid(TestRows.row("prompt_strength", "0.5")).parameters().strength())
        .isEqualTo(0.5);
    assertThat(
            valid(TestRows.row("prompt_strength", "0.5", "strength", 0.50)).parameters().strength())
        .isEqualTo(0.5);
    assertThat(invalid(TestRows.row("prompt_strength", "0.5", "strength", 0.7)).message())
        .startsWith("strength: 0.7 found, and 0.5 as prompt_strength");
  }

  @Test
  void strengthMustLeaveAtLeastOneStep() {
    assertThat(invalid(TestRows.row("strength", 0.04, "num_inference_steps", 20)).message())
        .startsWith("strength: 0.04 found with num_inference_steps 20, which leaves no step");
    assertThat(
            valid(TestRows.row("strength", 0.05, "num_inference_steps", 20)).parameters().steps())
        .isEqualTo(20);
  }

  @Test
  void guidanceMayBeLimitedToAnIntervalOfTheSteps() {
    Row row = TestRows.row("guidance_start", "0.2", "guidance_end", 0.8);
    assertThat(valid(row).parameters().guidance()).isEqualTo(new GuidanceSchedule(7.5, 0.2, 0.8));
    assertThat(valid(row).seed()).isNotEqualTo(valid(TestRows.row()).seed());
    assertThat(invalid(TestRows.row("guidance_start", 0.8, "guidance_end", 0.5)).message())
        .isEqualTo(
            "guidance_start: 0.8 found with guidance_end 0.5, a start below the end expected");
  }

  @Test
  void anIntervalOfAllStepsIsNone() {
    assertThat(valid(TestRows.row("guidance_start", 0, "guidance_end", "1.0")))
        .isEqualTo(valid(TestRows.row()));
  }

  /** The network of a distilled model gets the scale as an input: no step is without guidance. */
  @Test
  void anIntervalIsNotedForAModelWithDistilledGuidance() {
    RowReader flux = new RowReader(TestRows.DISTILLED, TestRows.DEFAULTS, SafetyPolicy.CHECKED);
    assertThat(notes(flux, TestRows.row("guidance_end", 0.5)))
        .containsExactly(Note.PARAMETERS_UNUSED);
    assertThat(notes(flux, TestRows.row("guidance_scale", 3))).isEmpty();
  }

  @Test
  void seedLeavesRoomForTheSamples() {
    assertThat(invalid(TestRows.row("seed", Long.MAX_VALUE, "samples", 2)).message())
        .contains("from -1 to 9223372036854775806");
  }

  @ParameterizedTest
  @CsvSource({
    "num_inference_steps,30",
    "guidance_scale,7",
    "guidance_start,0.2",
    "guidance_end,0.8",
    "strength,0.5",
    "prompt_strength,0.5",
    "scheduler,DDIM",
    "use_karras_sigmas,yes",
    "seed,7",
    "enhance_prompt,yes"
  })
  void parametersThatAModelHasNoUseForAreNoted(String column, String value) {
    RowReader erase = new RowReader(TestRows.ERASE, TestRows.DEFAULTS, SafetyPolicy.CHECKED);
    assertThat(notes(erase, TestRows.row(column, value))).containsExactly(Note.PARAMETERS_UNUSED);
    assertThat(notes(erase, TestRows.row(column, null))).isEmpty();
    assertThat(notes(reader, TestRows.row(column, value))).isEmpty();
    RowReader guided = new RowReader(TestRows.CATVTON, TestRows.DEFAULTS, SafetyPolicy.CHECKED);
    Row row = TestRows.row(column, value, "reference_image", "/shirt.png");
    assertThat(notes(guided, row)).hasSize(column.equals("enhance_prompt") ? 1 : 0);
  }

  private static Set<Note> notes(RowReader reader, Row row) {
    return ((RowReader.Valid) reader.read(row)).notes();
  }

  @Test
  void anExtendedRowNeedsNoMask() {
    ManifestRow row = valid(TestRows.row("extend", "4:5", "mask_image", null));
    assertThat(row.locations().mask()).isEqualTo(new RowMask.None());
    assertThat(row.locations().extension()).hasToString("4:5");
    assertThat(row.seed()).isNotEqualTo(valid(TestRows.row()).seed());
    assertThat(row.seed())
        .isNotEqualTo(valid(TestRows.row("extend", "5:4", "mask_image", null)).seed());
    assertThat(valid(TestRows.row("extend", "none")).locations().extension()).isNull();
    assertThat(invalid(TestRows.row("extend", "none", "mask_image", " ")).message())
        .isEqualTo("mask_image: a blank text found, the location of an image expected");
  }

  @Test
  void anInvalidExtensionSaysWhatIsExpected() {
    assertThat(invalid(TestRows.row("extend", "4/5")).message())
        .startsWith(
            "extend: \"4/5\" found, none or an aspect ratio from 1:100 to 100:1 such as 4:5,")
        .endsWith("or pixels per side such as left=64, right=64 expected");
  }

  @Test
  void minusOneIsNoSeed() {
    long derived = valid(TestRows.row()).seed();
    assertThat(valid(TestRows.row("seed", -1)).seed()).isEqualTo(derived);
    assertThat(valid(TestRows.row("seed", "-1.0")).seed()).isEqualTo(derived);
    RowDefaults seeded =
        new RowDefaults(
            TestRows.parameters(),
            TestRows.defaults(null, null).prompts(),
            null,
            false,
            7L,
            RowDefaults.References.NONE,
            RowDefaults.Masks.NONE);
    RowReader reader = new RowReader(TestRows.TRAITS, seeded, SafetyPolicy.CHECKED);
    assertThat(((RowReader.Valid) reader.read(TestRows.row("seed", -1))).row().seed()).isEqualTo(7);
  }

  @Test
  void aDerivedSeedDependsOnWhatTheImageIsMadeFrom() {
    long seed = valid(TestRows.row()).seed();
    assertThat(valid(TestRows.row("_spackle_key", "of another job", "id", "dog")).seed())
        .isEqualTo(seed);
    assertThat(valid(TestRows.row("samples", 4, "width", 512, "safety_checker", "no")).seed())
        .isEqualTo(seed);
    String signed = "https://example.com/a.png?X-Amz-Date=1&X-Amz-Signature=2";
    assertThat(valid(TestRows.row("init_image", signed)).seed()).isEqualTo(seed);
    assertThat(valid(TestRows.row("init_image", "https://example.com/c.png")).seed())
        .isNotEqualTo(seed);
    assertThat(valid(TestRows.row("negative_prompt", "x")).seed()).isNotEqualTo(seed);
    assertThat(valid(TestRows.row("width", 640)).seed()).isNotEqualTo(seed);
    assertThat(valid(TestRows.row("guidance_scale", 8)).seed()).isNotEqualTo(seed);
    assertThat(valid(TestRows.row("scheduler", "DDIM")).seed()).isNotEqualTo(seed);
  }

  @Test
  void seedsAndIdsAreDerivedFromTheContent() {
    ManifestRow first = valid(TestRows.row("id", " "));
    assertThat(valid(TestRows.row("id", null, "track_id", "t")))
        .extracting("id")
        .isEqualTo(first.id());
    assertThat(valid(TestRows.row("id", null)).seed()).isEqualTo(first.seed());
    assertThat(valid(TestRows.row("id", null, "prompt", "b")).seed()).isNotEqualTo(first.seed());
  }

  @Test
  void requestForAMissingSafetyCheckerIsInvalidUnlessWaived() {
    RowDefaults defaults = TestRows.defaults(null, null);
    RowReader absent = new RowReader(TestRows.TRAITS, defaults, SafetyPolicy.ABSENT);
    Row asking = TestRows.row("safety_checker", "yes");
    assertThat(((RowReader.Invalid) absent.read(asking)).outcome().message())
        .startsWith("safety_checker: yes found, no expected: the model has no safety checker")
        .contains("spackle.safety.model");
    for (Row row : List.of(TestRows.row(), TestRows.row("safety_checker", "no"))) {
      assertThat(((RowReader.Valid) absent.read(row)).row().safetyChecker()).isFalse();
    }
    RowReader waived = new RowReader(TestRows.TRAITS, defaults, SafetyPolicy.WAIVED);
    assertThat(((RowReader.Valid) waived.read(asking)).row().safetyChecker()).isFalse();
    assertThat(valid(asking).safetyChecker()).isTrue();
  }

  @Test
  void idDefaultsToTheDriversKey() {
    assertThat(valid(TestRows.row("id", null, "_spackle_key", "0123")).id()).isEqualTo("0123");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../x", "/abs", "a\\b", ".", "猫", "=cmd()"})
  void unusualIdsAreValid(String id) {
    assertThat(valid(TestRows.row("id", id)).id()).isEqualTo(id);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\rb", "a\nb", "a\0b", "a\u202Eb", "a\u2066b", "a\u2028b", "a\uD83D"})
  void idsWithControlCharactersAreInvalid(String id) {
    Outcome.Failed failed = invalid(TestRows.row("id", id));
    assertThat(failed.code()).isEqualTo(ErrorCode.ID_INVALID);
    assertThat(failed.id()).matches("[0-9a-f]{32}");
    assertThat(failed.message()).contains("\\u");
  }

  @Test
  void longIdsAreInvalid() {
    assertThat(valid(TestRows.row("id", "é".repeat(256))).id()).hasSize(256);
    assertThat(invalid(TestRows.row("id", "é".repeat(257))).message())
        .isEqualTo("id: 514 bytes found, at most 512 expected");
  }

  @Test
  void duplicateIdsAreInvalid() {
    Outcome.Failed failed = invalid(TestRows.row("_spackle_duplicate", true, "track_id", 5));
    assertThat(failed.code()).isEqualTo(ErrorCode.ID_DUPLICATE);
    assertThat(failed.id()).isEqualTo("cat");
    assertThat(failed.trackId()).isEqualTo("5");
    assertThat(valid(TestRows.row("_spackle_duplicate", false)).id()).isEqualTo("cat");
  }

  /** The line may contain keys and signed URLs. */
  @Test
  void malformedLinesAreReportedByNumberWithoutTheirText() {
    Row row =
        TestRows.row(
            "id", null, "prompt", null, "_corrupt_record", "{".repeat(5000), "_spackle_line", 7);
    Outcome.Failed failed = invalid(row);
    assertThat(failed.code()).isEqualTo(ErrorCode.ROW_MALFORMED);
    assertThat(failed.message()).startsWith("line 7: 5000 characters found").doesNotContain("{");
  }

  @Test
  void furtherColumnsAndTheApiKeyAreIgnored() {
    assertThatCode(
            () ->
                valid(TestRows.row("key", "secret", "photographer", "me", "_corrupt_record", null)))
        .doesNotThrowAnyException();
  }

  private ManifestRow valid(Row row) {
    RowReader.Result result = reader.read(row);
    assertThat(result).isInstanceOf(RowReader.Valid.class);
    return ((RowReader.Valid) result).row();
  }

  private Outcome.Failed invalid(Row row) {
    RowReader.Result result = reader.read(row);
    assertThat(result).isInstanceOf(RowReader.Invalid.class);
    return ((RowReader.Invalid) result).outcome();
  }

  @SuppressWarnings("unchecked")
  private static Map<String, ?> cast(Map<?, ?> map) {
    return (Map<String, ?>) map;
  }
}
