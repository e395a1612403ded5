package io.spackle.sql;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.codec.DecodeLimits;
import io.spackle.codec.ImageCodec;
import io.spackle.conf.RefusedException;
import io.spackle.image.RgbImage;
import io.spackle.metadata.ImageMetadata;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The SQL functions, called by queries. */
class SqlFunctionsTest {

  private static final String IMAGES = "'$dir/grey.png', '$dir/half.png'";

  @TempDir static Path folder;

  private static SqlSession session;

  @BeforeAll
  static void open() throws IOException {
    session = new SqlSession(folder);
  }

  @AfterAll
  static void close() {
    session.close();
  }

  @Test
  void onlyTheWhiteRegionOfTheMaskIsGenerated() {
    Row result = inpaint(IMAGES + ", 'a red door'");
    assertThat(result.<String>getAs("status")).isEqualTo("success");
    assertThat(result.<Object>getAs("error")).isNull();
    RgbImage decoded = decoded(result);
    assertThat(decoded.width()).isEqualTo(SqlSession.SIDE);
    int half = SqlSession.SIDE / 2;
    assertThat(reds(decoded, 0, half)).containsOnly(100);
    assertThat(reds(decoded, half, SqlSession.SIDE)).isNotEqualTo(List.of(100));
  }

  @Test
  void generatedImagesAreMarkedUnlessTheSessionSaysOtherwise() {
    String query = "SELECT inpaint(" + IMAGES + ", 'a red door') AS p";
    Optional<byte[]> marked = ImageMetadata.read(image(session.row(query).getStruct(0))).xmp();
    assertThat(new String(marked.orElseThrow(), UTF_8)).contains("DigitalSourceType");
    Map<String, String> none = Map.of("spark.spackle.output.provenance", "none");
    assertThat(ImageMetadata.read(image(session.row(none, query).getStruct(0))).xmp()).isEmpty();
    Map<String, String> unsigned = Map.of("spark.spackle.output.provenance", "c2pa");
    assertThatThrownBy(() -> session.row(unsigned, query))
        .hasMessageContaining("output.c2pa-key is not set");
  }

  @Test
  void locationsAndBinaryGiveTheSameImage() {
    Row byLocation = inpaint(IMAGES + ", 'a door', map('seed', '7')");
    Row byContent =
        inpaint(
            "fetch_image('$dir/grey.png'), fetch_image('$dir/half.png'), 'a door', map('seed', 7)");
    assertThat(image(byContent)).isEqualTo(image(byLocation));
    Row quality = byContent.getAs("quality");
    assertThat(quality.<Long>getList(quality.fieldIndex("kept_pixels_changed")))
        .containsExactly(0L);
    assertThat(byContent.<Long>getAs("seed")).isEqualTo(7);
    assertThat(byContent.<Row>getAs("meta").<String>getAs("init_image")).startsWith("sha256:");
  }

  @Test
  void anImageIsScoredByItsPrompt() {
    Map<String, String> scored =
        Map.of(
            "spark.spackle.quality.scorer",
            System.getProperty("bundles.dir") + "/tiny-clip",
            "spark.spackle.quality.min-score",
            "2");
    Row result =
        session.row(scored, "SELECT inpaint(" + IMAGES + ", 'a red door') AS r").getAs("r");
    Row quality = result.getAs("quality");
    assertThat(quality.<Double>getList(quality.fieldIndex("score")))
        .singleElement()
        .satisfies(score -> assertThat(score).isBetween(-1.0, 1.0));
    assertThat(result.getList(result.fieldIndex("notes"))).contains("QUALITY_LOW");
  }

  @Test
  void builtInEraserNeedsNoPromptAndTakesAnExclusion() {
    Row unused = inpaint(IMAGES + ", 'a door', map('exclude_image', '$dir/none.png')");
    assertThat(unused.getList(unused.fieldIndex("notes"))).containsExactly("EXCLUDE_UNUSED");
    Map<String, String> eraser = Map.of("spark.spackle.model.path", "builtin:patchmatch");
    Row erased =
        session
            .row(eraser, "SELECT inpaint('$dir/grey.png', '$dir/half.png', NULL) AS r")
            .getAs("r");
    assertThat(erased.<String>getAs("status")).as("%s", erased).isEqualTo("success");
    assertThat(erased.<Row>getAs("meta").<String>getAs("model")).isEqualTo("builtin:patchmatch");
    Row excluded =
        session
            .row(
                eraser,
                "SELECT inpaint('$dir/grey.png', '$dir/half.png', NULL,"
                    + " named_struct('exclude_image', fetch_image('$dir/half.png'))) AS r")
            .getAs("r");
    assertThat(excluded.<Row>getAs("digests").<String>getAs("exclude_image")).hasSize(64);
  }

  @Test
  void anImageWithoutAMaskIsExtended() {
    Row result = inpaint("'$dir/grey.png', NULL, 'a door', map('extend', 'left=8, right=16')");
    assertThat(result.<String>getAs("status")).as("%s", result).isEqualTo("success");
    assertThat(result.<Row>getAs("meta").<Integer>getAs("W")).isEqualTo(64 + 8 + 16);
    assertThat(result.<Row>getAs("digests").<String>getAs("mask_image")).isNull();
    Row invalid = inpaint("'$dir/grey.png', NULL, 'a door', map('extend', 'wide')");
    assertThat(invalid.<Row>getAs("error").<String>getAs("message"))
        .startsWith("extend: \"wide\" found, none or an aspect ratio");
  }

  @Test
  void referenceImageIsAnOption() {
    Row unused = inpaint(IMAGES + ", 'a door', map('reference_image', '$dir/none.png')");
    assertThat(unused.<Row>getAs("error").<String>getAs("code")).isEqualTo("REFERENCE_UNUSED");
    Row inContext =
        session
            .row(
                Map.of(
                    "spark.spackle.reference.layout", "left",
                    "spark.spackle.reference.prompt", "a pair; {prompt}"),
                "SELECT inpaint("
                    + IMAGES
                    + ", 'a door', map('reference_image', '$dir/half.png')) AS r")
            .getAs("r");
    assertThat(inContext.<String>getAs("status")).as("%s", inContext).isEqualTo("success");
    assertThat(inContext.<Row>getAs("digests").<String>getAs("reference_image")).hasSize(64);
    Row guided =
        session.row(
            Map.of("spark.spackle.model.path", SqlSession.bundle("tiny-catvton")),
            "SELECT inpaint("
                + IMAGES
                + ", NULL, named_struct('reference_image', fetch_image('$dir/grey.png'))) AS r");
    Row result = guided.getAs("r");
    assertThat(result.<String>getAs("status")).as("%s", result).isEqualTo("success");
    assertThat(result.<Row>getAs("meta").<String>getAs("reference_image")).startsWith("sha256:");
  }

  @Test
  void defaultSeedIsDerivedFromTheRow() {
    Row first = inpaint(IMAGES + ", 'a door'");
    Row second = inpaint(IMAGES + ", 'a door'");
    Row other = inpaint(IMAGES + ", 'a window'");
    assertThat(second.<Long>getAs("seed")).isEqualTo(first.<Long>getAs("seed"));
    assertThat(image(second)).isEqualTo(image(first));
    assertThat(other.<Long>getAs("seed")).isNotEqualTo(first.<Long>getAs("seed"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "map('num_inference_steps', '3', 'seed', '5', 'negative_prompt', 'rust')",
        "named_struct('num_inference_steps', 3, 'SEED', 5L, 'negative_prompt', 'rust')"
      })
  void optionsAreParametersOfTheApi(String options) {
    Row meta = inpaint(IMAGES + ", 'a door', " + options).getAs("meta");
    assertThat(meta.<Integer>getAs("steps")).isEqualTo(3);
    assertThat(meta.<Long>getAs("seed")).isEqualTo(5L);
    assertThat(meta.<String>getAs("negative_prompt")).isEqualTo("rust");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "'$dir/none.png', '$dir/half.png', 'a door' | FETCH_NOT_FOUND | FETCH",
        "'/etc/hostname', '$dir/half.png', 'a door' | URL_FORBIDDEN | FETCH",
        "'http://127.0.0.1/a.png', '$dir/half.png', 'a door' | URL_FORBIDDEN | FETCH",
        "'$dir/text.png', '$dir/half.png', 'a door' | IMAGE_UNSUPPORTED | DECODE",
        "NULL, '$dir/half.png', 'a door' | ROW_INVALID | READ",
        "'$dir/grey.png', '$dir/half.png', NULL | ROW_INVALID | READ",
        "'$dir/grey.png', 7, 'a door' | ROW_INVALID | READ",
        "'$dir/grey.png', '$dir/half.png', 'a', map('steps', '7') | ROW_INVALID | READ",
        "'$dir/grey.png', '$dir/half.png', 'a', map('samples', '2') | ROW_INVALID | READ",
        "'$dir/grey.png', '$dir/half.png', 'a', 'seed=7' | ROW_INVALID | READ",
        "'$dir/grey.png', '$dir/half.png', 'a', map('strength', '2') | ROW_INVALID | READ",
      })
  void failedRowHasAnErrorAndTheQuerySucceeds(String arguments, String code, String stage) {
    Row failed = inpaint(arguments);
    assertThat(failed.<String>getAs("status")).isEqualTo("failed");
    assertThat(failed.<Object>getAs("image")).isNull();
    Row error = failed.getAs("error");
    assertThat(error.<String>getAs("code")).isEqualTo(code);
    assertThat(error.<String>getAs("stage")).isEqualTo(stage);
    assertThat(error.<String>getAs("message")).isNotBlank();
  }

  @Test
  void unknownOptionsAreReportedWithTheKnownOnes() {
    Row error = inpaint(IMAGES + ", 'a door', map('steps', '7')").getAs("error");
    assertThat(error.<String>getAs("message"))
        .startsWith("options: steps found, some of ")
        .contains("num_inference_steps");
  }

  @Test
  void eachRowOfATableIsProcessedOnce() {
    Dataset<Row> result =
        session
            .spark()
            .range(3)
            .selectExpr(
                "id",
                "inpaint('%1$s/grey.png', '%1$s/half.png', concat('door ', id)) as p"
                    .formatted(folder))
            .selectExpr("id", "p.status", "p.image", "p.seed")
            .where("status = 'success'");
    String plan = result.queryExecution().optimizedPlan().toString();
    assertThat(plan.split("inpaint\\(", -1)).hasSize(2);
    assertThat(result.select("seed").distinct().count()).isEqualTo(3);
  }

  @Test
  void functionsAreDocumented() {
    List<Row> lines = session.spark().sql("DESCRIBE FUNCTION EXTENDED inpaint").collectAsList();
    assertThat(lines.toString())
        .contains("inpaint(init_image, mask_image, prompt[, options]) - Inpaints")
        .contains("SELECT inpaint(init, mask, 'a red door', map(");
    for (String name : List.of("image_size", "image_error", "mask_coverage", "fetch_image")) {
      assertThat(session.spark().sql("DESCRIBE FUNCTION " + name).collectAsList().toString())
          .contains(name + "(");
    }
    assertThatThrownBy(() -> session.row("SELECT inpaint('a', 'b')"))
        .hasMessageContaining("2 arguments, expected inpaint(init_image, mask_image, prompt");
  }

  @ParameterizedTest
  @CsvSource({
    "spark.spackle.model.path, /no/such/model, /no/such/model",
    "spark.spackle.model.divice, cpu, did you mean spackle.model.device?",
    "spark.spackle.batch.max-images, many, (spark.spackle.batch.max-images)",
    "spark.spackle.output.path, /out, spark.spackle.output.path applies to jobs only",
    "spark.spackle.defaults.samples, 2, spark.spackle.defaults.samples is 2",
    "spark.spackle.fetch.allow-files, [/], 'spark.spackle.fetch.allow-files is [/] in the session'",
    "spark.spackle.fetch.allow-files, /, 'spackle.fetch.allow-files'",
    "spark.spackle.fetch.allow-files, {0 = /}, 'spark.spackle.fetch.allow-files is [/] in the'",
    "spark.spackle.model.name, sdxl, 'spark.spackle.model.name is \"sdxl\", expected one of'",
  })
  void invalidSettingsAreRefused(String key, String value, String expected) {
    String query = "SELECT inpaint(" + IMAGES + ", 'a door')";
    assertThatThrownBy(() -> session.row(Map.of(key, value), query))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(expected);
  }

  @Test
  void imagesCanBeInspectedWithoutAModel() {
    Row size = session.row("SELECT image_size('$dir/half.png') AS s").getStruct(0);
    assertThat(size).hasToString("[64,64,PNG]");
    assertThat(session.row("SELECT image_size(fetch_image('$dir/half.png'))").getStruct(0))
        .isEqualTo(size);
    assertThat(session.row("SELECT mask_coverage('$dir/half.png')").getDouble(0)).isEqualTo(0.5);
    assertThat(session.row("SELECT mask_coverage('$dir/grey.png')").isNullAt(0))
        .as("an unclear mask")
        .isTrue();
    assertThat(session.row("SELECT image_error('$dir/half.png')").isNullAt(0)).isTrue();
    assertThat(session.row("SELECT image_error('$dir/text.png').code").getString(0))
        .isEqualTo("IMAGE_UNSUPPORTED");
    assertThat(session.row("SELECT image_error('/etc/hostname').code").getString(0))
        .isEqualTo("URL_FORBIDDEN");
  }

  @ParameterizedTest
  @ValueSource(strings = {"image_size", "mask_coverage", "fetch_image", "image_error"})
  void inspectionOfAMissingImageIsNull(String function) {
    assertThat(session.row("SELECT " + function + "(NULL)").isNullAt(0)).isTrue();
    if (!function.equals("image_error")) {
      assertThat(session.row("SELECT " + function + "('$dir/none.png')").isNullAt(0)).isTrue();
    }
  }

  @Test
  void inspectionsCanBeAggregated() {
    Row counts =
        session.row(
            "SELECT avg(mask_coverage(mask)), count_if(image_error(mask) IS NOT NULL)"
                + " FROM VALUES ('$dir/half.png'), ('$dir/text.png') AS t(mask)");
    assertThat(counts).hasToString("[0.5,1]");
  }

  private static Row inpaint(String arguments) {
    return session.row("SELECT inpaint(" + arguments + ") AS p").getStruct(0);
  }

  private static byte[] image(Row result) {
    return result.getAs("image");
  }

  private static RgbImage decoded(Row result) {
    return ImageCodec.decode(image(result), DecodeLimits.defaults());
  }

  /** The levels of red between two columns. */
  private static List<Integer> reds(RgbImage decoded, int from, int to) {
    List<Integer> reds = new ArrayList<>();
    for (int y = 0; y < decoded.height(); y++) {
      for (int x = from; x < to; x++) {
        reds.add(decoded.pixels()[3 * (y * decoded.width() + x)] & 0xFF);
      }
    }
    return reds.stream().distinct().toList();
  }
}
