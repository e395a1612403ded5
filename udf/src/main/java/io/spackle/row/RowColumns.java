package io.spackle.row;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The columns of a manifest: those of the API's request body and their extensions, those that the
 * driver adds, and the further ones, which are passed through.
 *
 * <p>Column names are case-insensitive, as in Spark.
 */
public final class RowColumns {

  public static final String ID = "id";
  public static final String INIT_IMAGE = "init_image";
  public static final String MASK_IMAGE = "mask_image";

  /** What a model is to find as the mask; not of the API. */
  public static final String MASK_FROM = "mask_from";

  /** The image of a garment, for models that are guided by one; not of the API. */
  public static final String REFERENCE_IMAGE = "reference_image";

  /** What must not be copied into the masked region; not of the API. */
  public static final String EXCLUDE_IMAGE = "exclude_image";

  /** How far the canvas of the init image grows; not of the API. */
  public static final String EXTEND = "extend";

  public static final String PROMPT = "prompt";
  public static final String NEGATIVE_PROMPT = "negative_prompt";
  public static final String WIDTH = "width";
  public static final String HEIGHT = "height";
  public static final String SAMPLES = "samples";
  public static final String STEPS = "num_inference_steps";
  public static final String GUIDANCE_SCALE = "guidance_scale";

  /** The share of the steps before the first guided one; not of the API. */
  public static final String GUIDANCE_START = "guidance_start";

  /** The share of the steps up to the last guided one; not of the API. */
  public static final String GUIDANCE_END = "guidance_end";

  public static final String STRENGTH = "strength";

  /** Another name of {@link #STRENGTH}. */
  public static final String PROMPT_STRENGTH = "prompt_strength";

  public static final String ENHANCE_PROMPT = "enhance_prompt";
  public static final String SAFETY_CHECKER = "safety_checker";
  public static final String SEED = "seed";
  public static final String WEBHOOK = "webhook";
  public static final String TRACK_ID = "track_id";
  public static final String SCHEDULER = "scheduler";
  public static final String USE_KARRAS_SIGMAS = "use_karras_sigmas";

  /** The API's access key: ignored, never stored. */
  public static final String API_KEY = "key";

  /** The text of a line that could not be parsed, as Spark's CSV and JSON readers name it. */
  public static final String CORRUPT = "_corrupt_record";

  /** Added by the driver: why a row cannot be processed, what was found and expected. */
  public static final String PROBLEM = "_spackle_problem";

  /**
   * Added by the driver: the {@link ErrorCode} of a row that has a problem, but could be parsed.
   */
  public static final String CODE = "_spackle_problem_code";

  /** Added by the driver: what the row's images are called, see {@link ManifestRow.Names}. */
  public static final String OUTPUT_NAME = "_spackle_output_name";

  /** Added by the driver: the row's content key, see {@link RowKey}. */
  public static final String KEY = "_spackle_key";

  /** Added by the driver: true if an earlier row of the manifest has the same id. */
  public static final String DUPLICATE = "_spackle_duplicate";

  /** Added by the driver if known: the line of the manifest, from 1. */
  public static final String LINE = "_spackle_line";

  /**
   * Added by the driver: true if an earlier run has processed all rows of the row's file. Without a
   * meta row of its key, the row was replaced since by that of a later file, which stays.
   */
  public static final String SEEN = "_spackle_seen";

  /** Added by the driver: the number of earlier runs in which the row failed; null means none. */
  public static final String EARLIER_RUNS = "_spackle_earlier_runs";

  /** The columns that contain the locations of images. */
  public static final List<String> IMAGES =
      List.of(INIT_IMAGE, MASK_IMAGE, REFERENCE_IMAGE, EXCLUDE_IMAGE);

  /** The columns of the API's request body, and those that extend it. */
  public static final Set<String> OF_API =
      Set.of(
          ID,
          INIT_IMAGE,
          MASK_IMAGE,
          MASK_FROM,
          REFERENCE_IMAGE,
          EXCLUDE_IMAGE,
          EXTEND,
          PROMPT,
          NEGATIVE_PROMPT,
          WIDTH,
          HEIGHT,
          SAMPLES,
          STEPS,
          GUIDANCE_SCALE,
          GUIDANCE_START,
          GUIDANCE_END,
          STRENGTH,
          PROMPT_STRENGTH,
          ENHANCE_PROMPT,
          SAFETY_CHECKER,
          SEED,
          WEBHOOK,
          TRACK_ID,
          SCHEDULER,
          USE_KARRAS_SIGMAS,
          API_KEY);

  /** Added by the driver: the key of the meta row that the row's own replaces, or null. */
  public static final String REPLACES = "_spackle_replaces";

  /** Added by the driver: the number of the task that processes the row, from 0. */
  public static final String TASK = "_spackle_task";

  private static final Set<String> INTERNAL =
      Set.of(
          REPLACES,
          TASK,
          CORRUPT,
          PROBLEM,
          CODE,
          OUTPUT_NAME,
          KEY,
          DUPLICATE,
          LINE,
          SEEN,
          EARLIER_RUNS);

  private RowColumns() {}

  /** Whether a column has no meaning here and is passed through to the meta row. */
  public static boolean isFurther(String column) {
    String name = column.toLowerCase(Locale.ROOT);
    return !OF_API.contains(name) && !INTERNAL.contains(name);
  }

  /** The columns that are passed through, in the manifest's order. */
  public static List<StructField> further(StructType manifest) {
    var further = new ArrayList<StructField>();
    for (StructField field : manifest.fields()) {
      if (isFurther(field.name())) {
        further.add(field);
      }
    }
    return List.copyOf(further);
  }

  /** Whether a manifest has a column. */
  public static boolean has(StructType manifest, String column) {
    return Arrays.stream(manifest.fieldNames()).anyMatch(column::equalsIgnoreCase);
  }

  /**
   * The columns that are missing, without which no row can be valid: that of init images, and that
   * of masks unless rows may have a mask without it.
   *
   * @param hasDefaultMask whether the configuration has a mask for rows without
   */
  public static List<String> missingImages(StructType manifest, boolean hasDefaultMask) {
    boolean masked =
        has(manifest, MASK_IMAGE)
            || has(manifest, MASK_FROM)
            || has(manifest, EXTEND)
            || hasDefaultMask;
    return Stream.of(INIT_IMAGE, MASK_IMAGE)
        .filter(column -> !has(manifest, column))
        .filter(column -> column.equals(INIT_IMAGE) || !masked)
        .toList();
  }

  /** The address to call when the row is finished, or null. */
  public static String webhook(Row row) {
    Object value = value(row, WEBHOOK);
    return CellValues.isAbsent(value) ? null : FieldReader.readable(value);
  }

  /** The value of a row in a column, or null if it is null or there is no such column. */
  static Object value(Row row, String column) {
    StructField[] fields = row.schema().fields();
    for (int i = 0; i < fields.length; i++) {
      if (fields[i].name().equalsIgnoreCase(column)) {
        return row.get(i);
      }
    }
    return null;
  }
}
