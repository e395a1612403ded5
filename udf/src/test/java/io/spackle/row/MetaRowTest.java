package io.spackle.row;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.family.GuidanceSchedule;
import io.spackle.family.Note;
import io.spackle.family.SchedulerChoice;
import io.spackle.quality.ImageQuality;
import io.spackle.row.MadeImage.Measured;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.encoders.ExpressionEncoder;
import org.junit.jupiter.api.Test;

class MetaRowTest {

  private static final MetaRow.RunInfo INFO =
      new MetaRow.RunInfo(
          "runwayml/stable-diffusion-inpainting", "d1ge57", "fp16", null, "checker", "/out/images");

  private static final ManifestRow ROW =
      new ManifestRow(
          new ManifestRow.Names("a/b", null, "t"),
          new ManifestRow.Locations(
              "https://user:secret@h/a.png?sig=secret",
              new RowMask.File("/data/b.png"),
              "https://h/c.png?sig=secret",
              "https://h/d.png?sig=secret"),
          new ManifestRow.Prompts(
              "🐈 e\u0301 <script>", "blurry", "🐈 e\u0301 <script>, sharp", ReferenceContext.NONE),
          new GenerationParameters(
              512,
              256,
              2,
              20,
              new GuidanceSchedule(7.5, 0.25, 0.75),
              0.7,
              new SchedulerChoice("DDIMScheduler", null)),
          true,
          Long.MAX_VALUE - 1);

  private static final ImageQuality MEASURED =
      new ImageQuality(
          new ImageQuality.Changes(2, 0.25), new ImageQuality.Fit(1.5, 0.5, -0.25, null), "00ff");

  private static final Outcome SUCCEEDED =
      new Outcome.Succeeded(
          ROW,
          new Outcome.Images(
              List.of("/out/images/00/a-0.png", "/out/images/00/a-1.png"),
              512,
              256,
              List.of(false, true),
              List.of(
                  new MadeImage(11, 3, Optional.of(new Measured(MEASURED, 0.75))),
                  new MadeImage(12, 1, Optional.empty())),
              new Outcome.UsedMask(0.25, "/out/images/00/a-mask.png", false)),
          new Outcome.InputDigests("1n17", "m45k", "r3f", "3xc"),
          new InputVersions(Map.of("init_image", "etag:1n17", "exclude_image", "3@17")),
          Set.of(Note.MASK_FULL, Note.PROMPT_TRUNCATED),
          new ModelShare(Duration.ofMillis(2500), 12.5),
          Map.of(RowStage.FETCH, Duration.ofMillis(12), RowStage.PAINT, Duration.ofMillis(2400)));

  private static final Outcome FAILED =
      new Outcome.Failed("cat", null, ErrorCode.FETCH_NOT_FOUND, "gone", RowStage.FETCH, Map.of());

  @Test
  void metaRowContainsTheApiResponse() throws Exception {
    JsonNode json = json(SUCCEEDED, TestRows.row());
    for (String key : List.of("status", "generationTime", "id", "output", "meta")) {
      assertThat(json.has(key)).as(key).isTrue();
    }
    // The fields of the API's example, except for enable_attention_slicing, an engine option.
    for (String key :
        List.of(
            "H",
            "W",
            "file_prefix",
            "guidance_scale",
            "model",
            "n_samples",
            "negative_prompt",
            "outdir",
            "prompt",
            "revision",
            "safety_checker",
            "seed",
            "steps",
            "vae")) {
      assertThat(json.get("meta").has(key)).as(key).isTrue();
    }
  }

  @Test
  void succeededRowIsRecorded() throws Exception {
    JsonNode json = json(SUCCEEDED, TestRows.row());
    assertThat(json.get("status").asText()).isEqualTo("success");
    assertThat(json.get("generationTime").asDouble()).isEqualTo(2.5);
    assertThat(json.get("output").get(1).asText()).isEqualTo("/out/images/00/a-1.png");
    assertThat(json.get("error").isNull()).isTrue();
    assertThat(json.get("notes").toString()).isEqualTo("[\"PROMPT_TRUNCATED\",\"MASK_FULL\"]");
    assertThat(json.get("timings").get("paint_ms").asDouble()).isEqualTo(2400);
    assertThat(json.get("timings").get("write_ms").isNull()).isTrue();
    assertThat(json.get("digests").get("mask_image").asText()).isEqualTo("m45k");
    assertThat(json.get("digests").get("reference_image").asText()).isEqualTo("r3f");
    assertThat(json.get("digests").get("exclude_image").asText()).isEqualTo("3xc");
    assertThat(json.at("/input_versions/init_image").asText()).isEqualTo("etag:1n17");
    assertThat(json.at("/input_versions/mask_image").isNull()).isTrue();
    assertThat(json.at("/input_versions/exclude_image").asText()).isEqualTo("3@17");
    assertThat(json.get("attempt").asInt()).isEqualTo(3);
    assertThat(json.get("runs").asInt()).as("without a count of earlier ones").isEqualTo(1);
    assertThat(json.get("row_key").asText()).isEqualTo("key");
    JsonNode meta = json.get("meta");
    assertThat(meta.get("H").asInt()).isEqualTo(256);
    assertThat(meta.get("seed").asLong()).isEqualTo(Long.MAX_VALUE - 1);
    assertThat(meta.get("guidance_scale").asDouble()).isEqualTo(7.5);
    assertThat(meta.get("guidance_start").asDouble()).isEqualTo(0.25);
    assertThat(meta.get("guidance_end").asDouble()).isEqualTo(0.75);
    assertThat(meta.get("prompt").asText()).isEqualTo(ROW.prompts().prompt());
    assertThat(meta.get("enhance_prompt").asText()).isEqualTo("yes");
    assertThat(meta.get("enhanced_prompt").asText()).isEqualTo(ROW.prompts().enhanced());
    assertThat(meta.get("init_image").asText()).isEqualTo("https://***@h/a.png?sig=***");
    assertThat(meta.get("reference_image").asText()).isEqualTo("https://h/c.png?sig=***");
    assertThat(meta.get("exclude_image").asText()).isEqualTo("https://h/d.png?sig=***");
    assertThat(meta.get("file_prefix").asText()).isEqualTo("a%2Fb");
    assertThat(meta.get("safety_checker").asText()).isEqualTo("checker");
    assertThat(meta.get("nsfw_content_detected").toString()).isEqualTo("[false,true]");
  }

  @Test
  void qualityHasOneValuePerImageAndNullWhereNothingWasMeasured() throws Exception {
    JsonNode json = json(SUCCEEDED, TestRows.row());
    assertThat(json.get("quality").toString())
        .isEqualTo(
            "{\"kept_pixels_changed\":[2,null],\"regenerated\":[0.25,null],\"seam\":[1.5,null],"
                + "\"sharpness\":[0.5,null],\"exposure\":[-0.25,null],\"colour\":[null,null],"
                + "\"hash\":[\"00ff\",null],\"score\":[0.75,null],\"tries\":[3,1]}");
    assertThat(json.at("/meta/seeds").toString()).isEqualTo("[11,12]");
    assertThat(json(FAILED, TestRows.row()).get("quality").isNull()).isTrue();
  }

  @Test
  void failedRowIsRecordedWithItsReadableInput() throws Exception {
    JsonNode json =
        json(
            FAILED,
            TestRows.row(
                "reference_image",
                "https://u:secret@h/r",
                "init_image",
                "https://u:secret@h/x",
                "negative_prompt",
                "\uD83D",
                "width",
                3));
    assertThat(json.get("status").asText()).isEqualTo("failed");
    assertThat(json.get("error").toString())
        .isEqualTo("{\"code\":\"FETCH_NOT_FOUND\",\"message\":\"gone\",\"stage\":\"FETCH\"}");
    assertThat(json.get("output").isEmpty()).isTrue();
    assertThat(json.get("meta").get("prompt").asText()).isEqualTo("a cat sitting on a bench");
    assertThat(json.get("meta").get("init_image").asText()).isEqualTo("https://***@h/x");
    assertThat(json.get("meta").get("reference_image").asText()).isEqualTo("https://***@h/r");
    assertThat(json.get("meta").get("negative_prompt").isNull()).isTrue();
    assertThat(json.get("meta").get("W").isNull()).isTrue();
  }

  @Test
  void furtherColumnsArePassedThrough() {
    Row source =
        TestRows.row(
            "key",
            "secret",
            "Status",
            "mine",
            "price",
            2.5,
            "_spackle_key",
            "k",
            "_corrupt_record",
            null,
            "manifest_status",
            4);
    var metaRow = new MetaRow(source.schema(), INFO);
    Row meta = metaRow.of(FAILED, source, "key", 1);
    String[] names = metaRow.schema().fieldNames();
    assertThat(names)
        .doesNotContain("key", "_spackle_key")
        .endsWith("row_key", "manifest_Status", "price", "manifest_manifest_status");
    assertThat(meta.<String>getAs("manifest_Status")).isEqualTo("mine");
    assertThat(meta.<Double>getAs("price")).isEqualTo(2.5);
    assertThat(MetaRow.toJson(meta)).doesNotContain("secret");
  }

  @Test
  void metaRowsMatchTheirSparkSchema() {
    Row source = TestRows.row("price", 2.5);
    var metaRow = new MetaRow(source.schema(), INFO);
    for (Outcome outcome : List.of(SUCCEEDED, FAILED)) {
      Row meta = metaRow.of(outcome, source, "key", 1);
      var encoder = ExpressionEncoder.apply(metaRow.schema());
      assertThat(encoder.createSerializer().apply(meta).numFields()).isEqualTo(meta.length());
      assertThat(meta.<String>getList(meta.fieldIndex("notes"))).isNotNull();
    }
  }

  private static JsonNode json(Outcome outcome, Row source) throws Exception {
    Row meta = new MetaRow(source.schema(), INFO).of(outcome, source, "key", 3);
    return new ObjectMapper().readTree(MetaRow.toJson(meta));
  }
}
