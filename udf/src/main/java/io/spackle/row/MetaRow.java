package io.spackle.row;

import static org.apache.spark.sql.types.DataTypes.BooleanType;
import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;
import static org.apache.spark.sql.types.DataTypes.createArrayType;
import static org.apache.spark.sql.types.DataTypes.createStructField;

import io.spackle.row.Outcome.Failed;
import io.spackle.row.Outcome.Succeeded;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The conversion of outcomes to meta rows: the API's response, then error, timings, digests,
 * quality, versions of the input files, attempt, number of runs and key, then the manifest's
 * further columns with their names and types.
 *
 * <p>A further column whose name is already used is prefixed with {@code manifest_}. Locations are
 * redacted; a failed row repeats its prompts and locations as far as they are readable.
 * Thread-safe.
 */
public final class MetaRow implements Serializable {

  public static final String SUCCESS = "success";
  public static final String FAILED = "failed";

  /** The status of a row without images, because a model found nothing to mask. */
  public static final String SKIPPED = "skipped";

  public static final String ROW_KEY = "row_key";

  /** What was measured of the images; older meta rows lack it. */
  public static final String QUALITY = "quality";

  /** The seeds of the images, in their order; older meta rows lack it. */
  public static final String SEEDS = "seeds";

  /** The versions of the input files by column; older meta rows lack it. */
  public static final String INPUT_VERSIONS = "input_versions";

  /** The number of runs that processed the row; older meta rows lack it. */
  public static final String RUNS = "runs";

  private static final String STATUS = "status";
  private static final String ERROR_COLUMN = "error";
  private static final String TIMINGS = "timings";
  private static final int OUTCOME_DIGITS = 16;
  private static final String PREFIX_OF_FURTHER = "manifest_";
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;

  /** The columns of the manifest that meta repeats under the same name. */
  private static final Set<String> TEXTS =
      Set.of(RowColumns.PROMPT, RowColumns.NEGATIVE_PROMPT, RowColumns.MASK_FROM);

  private static final List<String> LOCATIONS = RowColumns.IMAGES;

  /**
   * The values that all meta rows of a job share.
   *
   * @param model name or path of the model
   * @param modelDigest of the model's files, in hex; path and version of a built-in model
   * @param revision of the model, or null
   * @param vae of another folder in place of the model's, or null
   * @param safetyChecker applied to rows that ask for it, or null if none is open
   * @param outdir the folder that images are written to
   */
  public record RunInfo(
      String model,
      String modelDigest,
      String revision,
      String vae,
      String safetyChecker,
      String outdir)
      implements Serializable {}

  /** A field of {@code meta} and its value for a row that succeeded. */
  private record MetaField(
      String name, DataType type, BiFunction<Succeeded, RunInfo, Object> value) {}

  private static final List<MetaField> META_FIELDS =
      List.of(
          ofOutcome("H", IntegerType, done -> done.images().height()),
          ofOutcome("W", IntegerType, done -> done.images().width()),
          ofRow("file_prefix", StringType, row -> FilePrefix.of(row.id())),
          ofRow("guidance_scale", DoubleType, row -> row.parameters().guidance().scale()),
          new MetaField("model", StringType, (done, info) -> info.model()),
          ofRow("n_samples", IntegerType, row -> row.parameters().samples()),
          ofRow(RowColumns.NEGATIVE_PROMPT, StringType, row -> row.prompts().negative()),
          new MetaField("outdir", StringType, (done, info) -> info.outdir()),
          ofRow(RowColumns.PROMPT, StringType, row -> row.prompts().prompt()),
          new MetaField("revision", StringType, (done, info) -> info.revision()),
          new MetaField(
              "safety_checker",
              StringType,
              (done, info) -> done.images().flagged().isEmpty() ? "none" : info.safetyChecker()),
          ofRow("seed", LongType, ManifestRow::seed),
          ofOutcome(
              SEEDS,
              createArrayType(LongType),
              done -> seq(done.images().made().stream().map(MadeImage::seed).toList())),
          ofRow("steps", IntegerType, row -> row.parameters().steps()),
          new MetaField("vae", StringType, (done, info) -> info.vae()),
          ofRow("strength", DoubleType, row -> row.parameters().strength()),
          ofRow("scheduler", StringType, row -> row.parameters().scheduler().algorithm()),
          ofRow(
              "use_karras_sigmas", BooleanType, row -> row.parameters().scheduler().karrasSigmas()),
          ofRow(
              "enhance_prompt", StringType, row -> row.prompts().enhanced() == null ? "no" : "yes"),
          ofRow("enhanced_prompt", StringType, row -> row.prompts().enhanced()),
          ofRow(
              RowColumns.INIT_IMAGE, StringType, row -> Redaction.redacted(row.locations().init())),
          ofRow(
              RowColumns.MASK_IMAGE,
              StringType,
              row -> Redaction.redacted(row.locations().mask().location())),
          ofRow(
              RowColumns.REFERENCE_IMAGE,
              StringType,
              row -> Redaction.redacted(row.locations().reference())),
          ofRow(
              RowColumns.EXCLUDE_IMAGE,
              StringType,
              row -> Redaction.redacted(row.locations().exclude())),
          ofRow(
              RowColumns.EXTEND,
              StringType,
              row -> Objects.toString(row.locations().extension(), null)),
          ofOutcome(
              "nsfw_content_detected",
              createArrayType(BooleanType),
              done -> done.images().flagged().isEmpty() ? null : seq(done.images().flagged())),
          ofRow(
              RowColumns.MASK_FROM,
              StringType,
              row -> row.locations().mask() instanceof RowMask.Found found ? found.names() : null),
          ofOutcome("mask_share", DoubleType, done -> done.images().mask().share()),
          ofOutcome("mask_output", StringType, done -> done.images().mask().location()),
          ofRow(RowColumns.GUIDANCE_START, DoubleType, row -> row.parameters().guidance().start()),
          ofRow(RowColumns.GUIDANCE_END, DoubleType, row -> row.parameters().guidance().end()));

  private static final StructType META =
      struct(
          META_FIELDS.stream()
              .map(field -> field(field.name(), field.type()))
              .toArray(StructField[]::new));

  private static final StructType ERROR =
      struct(field("code", StringType), field("message", StringType), field("stage", StringType));

  private static final StructType DIGESTS =
      struct(
          field("init_image", StringType),
          field("mask_image", StringType),
          field("reference_image", StringType),
          field("exclude_image", StringType),
          field("model", StringType));

  private static final StructType VERSIONS =
      struct(
          RowColumns.IMAGES.stream()
              .map(column -> field(column, StringType))
              .toArray(StructField[]::new));

  private static final StructType FIXED_COLUMNS =
      struct(
          field(STATUS, StringType),
          field("generationTime", DoubleType),
          field("id", StringType),
          field("track_id", StringType),
          field("output", createArrayType(StringType)),
          field("meta", META),
          field(ERROR_COLUMN, ERROR),
          field("notes", createArrayType(StringType)),
          field(TIMINGS, timingsType()),
          field("digests", DIGESTS),
          field(QUALITY, QualityColumn.TYPE),
          field(INPUT_VERSIONS, VERSIONS),
          field("attempt", IntegerType),
          field(RUNS, IntegerType),
          field(ROW_KEY, StringType));

  private final StructType schema;
  private final int[] further;
  private final RunInfo info;

  /**
   * @param manifest the schema of the source rows, with or without the columns that the driver adds
   * @param info the values that all meta rows share
   */
  public MetaRow(StructType manifest, RunInfo info) {
    this.further =
        IntStream.range(0, manifest.length())
            .filter(i -> RowColumns.isFurther(manifest.fields()[i].name()))
            .toArray();
    this.schema = schemaOf(manifest);
    this.info = info;
  }

  /** The schema of the meta rows. */
  public StructType schema() {
    return schema;
  }

  /**
   * The meta row of one manifest row.
   *
   * @param outcome of the row
   * @param source the row as it was read, of the schema given to the constructor
   * @param key of the row, see {@link RowKey}
   * @param attempt from 1
   */
  public Row of(Outcome outcome, Row source, String key, int attempt) {
    var values = new ArrayList<Object>();
    if (outcome instanceof Succeeded succeeded) {
      addSucceeded(values, succeeded);
    } else if (outcome instanceof Failed failed) {
      addFailed(values, failed, source);
    }
    values.add(versions(outcome.versions()));
    values.add(attempt);
    values.add(runs(source));
    values.add(key);
    for (int column : further) {
      values.add(source.get(column));
    }
    return new GenericRowWithSchema(values.toArray(), schema);
  }

  /**
   * The meta row of a manifest row that cannot be read: it repeats nothing that the source says.
   *
   * @param failed outcome of the row
   * @param source the row, of which only the number of earlier runs is used
   * @param key of the row, see {@link RowKey}
   * @param attempt from 1
   */
  public Row ofUnreadable(Failed failed, Row source, String key, int attempt) {
    var values = new ArrayList<Object>();
    addFailed(values, failed, null);
    values.add(versions(failed.versions()));
    values.add(attempt);
    values.add(runs(source));
    values.add(key);
    values.addAll(Collections.nCopies(further.length, null));
    return new GenericRowWithSchema(values.toArray(), schema);
  }

  private static int runs(Row source) {
    return RowColumns.value(source, RowColumns.EARLIER_RUNS) instanceof Integer earlier
        ? earlier + 1
        : 1;
  }

  /** A meta row in the form of the API's response, on one line; absent values are null. */
  public static String toJson(Row meta) {
    return meta.json();
  }

  /**
   * Identifies the outcome that a meta row records: the row's key and a hash of status, error and
   * timings. If the row is processed again, its timings are others.
   */
  public static String outcome(Row meta) {
    StringBuilder content = new StringBuilder(meta.<String>getAs(STATUS));
    for (String column : List.of(ERROR_COLUMN, TIMINGS)) {
      Row struct = meta.getAs(column);
      content.append(struct == null ? "" : struct.json());
    }
    String key = meta.getAs(ROW_KEY);
    return key + "_" + Sha256.hex(content.toString()).substring(0, OUTCOME_DIGITS);
  }

  private void addSucceeded(List<Object> values, Succeeded done) {
    values.add(done.images().mask().isSkipped() ? SKIPPED : SUCCESS);
    values.add(done.share().time().toNanos() / NANOS_PER_SECOND);
    values.add(done.row().id());
    values.add(done.row().trackId());
    values.add(seq(done.images().locations()));
    values.add(
        row(META, META_FIELDS.stream().map(field -> field.value().apply(done, info)).toArray()));
    values.add(null);
    values.add(seq(done.notes().stream().sorted().map(Enum::name).toList()));
    values.add(timings(done));
    values.add(digests(done.digests()));
    values.add(QualityColumn.of(done.images().made()));
  }

  private Row digests(Outcome.InputDigests inputs) {
    return row(
        DIGESTS,
        inputs.init(),
        inputs.mask(),
        inputs.reference(),
        inputs.exclude(),
        info.modelDigest());
  }

  private static Row versions(InputVersions versions) {
    return row(VERSIONS, RowColumns.IMAGES.stream().map(versions::of).toArray());
  }

  private void addFailed(List<Object> values, Failed failed, Row source) {
    values.add(FAILED);
    values.add(null);
    values.add(failed.id());
    values.add(failed.trackId());
    values.add(seq(List.of()));
    values.add(source == null ? null : echo(source));
    values.add(row(ERROR, failed.code().name(), failed.message(), failed.stage().name()));
    values.add(seq(List.of()));
    values.add(timings(failed));
    values.add(row(DIGESTS, null, null, null, null, info.modelDigest()));
    values.add(null);
  }

  /** The columns that identify a failed row; a value that is too long or invalid is left out. */
  private Row echo(Row source) {
    Object[] values = new Object[META.length()];
    for (int i = 0; i < values.length; i++) {
      String name = META.fields()[i].name();
      if (TEXTS.contains(name)) {
        values[i] = FieldReader.readable(RowColumns.value(source, name));
      } else if (LOCATIONS.contains(name)) {
        values[i] = location(RowColumns.value(source, name));
      }
    }
    values[META.fieldIndex("model")] = info.model();
    return new GenericRowWithSchema(values, META);
  }

  private static String location(Object value) {
    boolean isImage = value instanceof String text && DataUri.isOne(text); // of any length
    return Redaction.redacted(isImage ? (String) value : FieldReader.readable(value));
  }

  private static Row timings(Outcome outcome) {
    StructType type = timingsType();
    Object[] millis = new Object[type.length()];
    outcome.timings().forEach((stage, time) -> millis[stage.ordinal()] = millis(time));
    return new GenericRowWithSchema(millis, type);
  }

  private static double millis(Duration time) {
    return time.toNanos() / NANOS_PER_MILLI;
  }

  /** One column per stage, in milliseconds: read_ms, fetch_ms and so on. */
  private static StructType timingsType() {
    var fields = new ArrayList<StructField>();
    for (RowStage stage : RowStage.values()) {
      fields.add(field(stage.column(), DoubleType));
    }
    return struct(fields.toArray(StructField[]::new));
  }

  /** The schema of the meta rows of a manifest. */
  public static StructType schemaOf(StructType manifest) {
    var fields = new ArrayList<>(List.of(FIXED_COLUMNS.fields()));
    var usedNames = new HashSet<String>();
    fields.forEach(field -> usedNames.add(field.name().toLowerCase(Locale.ROOT)));
    for (StructField field : RowColumns.further(manifest)) {
      String name = field.name();
      while (!usedNames.add(name.toLowerCase(Locale.ROOT))) {
        name = PREFIX_OF_FURTHER + name;
      }
      fields.add(new StructField(name, field.dataType(), true, field.metadata()));
    }
    return struct(fields.toArray(StructField[]::new));
  }

  private static MetaField ofRow(String name, DataType type, Function<ManifestRow, Object> value) {
    return new MetaField(name, type, (done, info) -> value.apply(done.row()));
  }

  private static MetaField ofOutcome(
      String name, DataType type, Function<Succeeded, Object> value) {
    return new MetaField(name, type, (done, info) -> value.apply(done));
  }

  private static Object seq(Collection<?> values) {
    return CollectionConverters.asScala(values).toSeq();
  }

  private static Row row(StructType type, Object... values) {
    return new GenericRowWithSchema(values, type);
  }

  private static StructType struct(StructField... fields) {
    return new StructType(fields);
  }

  private static StructField field(String name, DataType type) {
    return createStructField(name, type, true);
  }
}
