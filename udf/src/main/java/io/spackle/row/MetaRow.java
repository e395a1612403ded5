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
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Outcomes to meta rows: the API's response, then what went wrong, timings, digests, attempt and
 * key, then the manifest's further columns with their own names and types.
 *
 * <p>A further column with a name of ours is called {@code manifest_} and its name. Locations are
 * redacted; a failed row echoes its prompts and locations as far as they can be read. Thread-safe.
 */
public final class MetaRow implements Serializable {

  public static final String SUCCESS = "success";
  public static final String FAILED = "failed";
  public static final String ROW_KEY = "row_key";

  private static final String PREFIX_OF_FURTHER = "manifest_";
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;

  /** The columns of the manifest that meta repeats under the same name. */
  private static final Set<String> TEXTS = Set.of(RowColumns.PROMPT, RowColumns.NEGATIVE_PROMPT);

  private static final Set<String> LOCATIONS = Set.of(RowColumns.INIT_IMAGE, RowColumns.MASK_IMAGE);

  private static final StructType META =
      struct(
          field("H", IntegerType),
          field("W", IntegerType),
          field("file_prefix", StringType),
          field("guidance_scale", DoubleType),
          field("model", StringType),
          field("n_samples", IntegerType),
          field(RowColumns.NEGATIVE_PROMPT, StringType),
          field("outdir", StringType),
          field(RowColumns.PROMPT, StringType),
          field("revision", StringType),
          field("safety_checker", StringType),
          field("seed", LongType),
          field("steps", IntegerType),
          field("vae", StringType),
          field("strength", DoubleType),
          field("scheduler", StringType),
          field("use_karras_sigmas", BooleanType),
          field("enhance_prompt", StringType),
          field("enhanced_prompt", StringType),
          field(RowColumns.INIT_IMAGE, StringType),
          field(RowColumns.MASK_IMAGE, StringType),
          field("nsfw_content_detected", createArrayType(BooleanType)));

  private static final StructType ERROR =
      struct(field("code", StringType), field("message", StringType), field("stage", StringType));

  private static final StructType DIGESTS =
      struct(
          field("init_image", StringType),
          field("mask_image", StringType),
          field("model", StringType));

  private static final StructType OURS =
      struct(
          field("status", StringType),
          field("generationTime", DoubleType),
          field("id", StringType),
          field("track_id", StringType),
          field("output", createArrayType(StringType)),
          field("meta", META),
          field("error", ERROR),
          field("notes", createArrayType(StringType)),
          field("timings", timingsType()),
          field("digests", DIGESTS),
          field("attempt", IntegerType),
          field(ROW_KEY, StringType));

  private final StructType schema;
  private final int[] further;
  private final RunInfo info;

  /**
   * @param manifest the schema of the source rows, with or without the columns that the driver adds
   * @param info what all rows say alike
   */
  public MetaRow(StructType manifest, RunInfo info) {
    this.further =
        IntStream.range(0, manifest.length())
            .filter(i -> RowColumns.isFurther(manifest.fields()[i].name()))
            .toArray();
    this.schema = schemaOf(manifest);
    this.info = info;
  }

  /** The schema of all rows that are made here. */
  public StructType schema() {
    return schema;
  }

  /**
   * The meta row of one manifest row.
   *
   * @param outcome how it ended
   * @param source the row as it was read, of the schema given at the start
   * @param key what {@link RowKey} made of it
   * @param attempt from 1
   */
  public Row of(Outcome outcome, Row source, String key, int attempt) {
    var values = new ArrayList<Object>();
    if (outcome instanceof Succeeded succeeded) {
      addSucceeded(values, succeeded);
    } else if (outcome instanceof Failed failed) {
      addFailed(values, failed, source);
    }
    values.add(attempt);
    values.add(key);
    for (int column : further) {
      values.add(source.get(column));
    }
    return new GenericRowWithSchema(values.toArray(), schema);
  }

  /**
   * The meta row of a manifest row that cannot even be looked at: it says nothing of its source.
   *
   * @param failed how it ended
   * @param key what {@link RowKey} made of it
   * @param attempt from 1
   */
  public Row ofUnreadable(Failed failed, String key, int attempt) {
    var values = new ArrayList<Object>();
    addFailed(values, failed, null);
    values.add(attempt);
    values.add(key);
    values.addAll(Collections.nCopies(further.length, null));
    return new GenericRowWithSchema(values.toArray(), schema);
  }

  /** A meta row in the form of the API's response, on one line; absent values are null. */
  public static String toJson(Row meta) {
    return meta.json();
  }

  private void addSucceeded(List<Object> values, Succeeded done) {
    values.add(SUCCESS);
    values.add(done.generation().toNanos() / NANOS_PER_SECOND);
    values.add(done.row().id());
    values.add(done.row().trackId());
    values.add(seq(done.output()));
    values.add(meta(done));
    values.add(null);
    values.add(seq(done.notes().stream().sorted().map(Enum::name).toList()));
    values.add(timings(done));
    values.add(row(DIGESTS, done.initDigest(), done.maskDigest(), info.modelDigest()));
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
    values.add(row(DIGESTS, null, null, info.modelDigest()));
  }

  private Row meta(Succeeded done) {
    ManifestRow row = done.row();
    return row(
        META,
        done.height(),
        done.width(),
        FilePrefix.of(row.id()),
        row.guidanceScale(),
        info.model(),
        row.samples(),
        row.negativePrompt(),
        info.outdir(),
        row.prompt(),
        info.revision(),
        done.flagged().isEmpty() ? "none" : info.safetyChecker(),
        row.seed(),
        row.steps(),
        info.vae(),
        row.strength(),
        row.sampler().algorithm(),
        row.sampler().karrasSigmas(),
        row.enhancedPrompt() == null ? "no" : "yes",
        row.enhancedPrompt(),
        Redaction.redacted(row.initImage()),
        Redaction.redacted(row.maskImage()),
        done.flagged().isEmpty() ? null : seq(done.flagged()));
  }

  /**
   * What a failed row said, so that it can be found again; what is too long or broken is left out.
   */
  private Row echo(Row source) {
    Object[] values = new Object[META.length()];
    for (int i = 0; i < values.length; i++) {
      String name = META.fields()[i].name();
      if (TEXTS.contains(name)) {
        values[i] = FieldReader.readable(RowColumns.value(source, name));
      } else if (LOCATIONS.contains(name)) {
        values[i] = Redaction.redacted(FieldReader.readable(RowColumns.value(source, name)));
      }
    }
    values[META.fieldIndex("model")] = info.model();
    return new GenericRowWithSchema(values, META);
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
    var fields = new ArrayList<>(List.of(OURS.fields()));
    var taken = new HashSet<String>();
    fields.forEach(field -> taken.add(field.name().toLowerCase(Locale.ROOT)));
    for (StructField field : RowColumns.further(manifest)) {
      String name = field.name();
      while (!taken.add(name.toLowerCase(Locale.ROOT))) {
        name = PREFIX_OF_FURTHER + name;
      }
      fields.add(new StructField(name, field.dataType(), true, field.metadata()));
    }
    return struct(fields.toArray(StructField[]::new));
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
