package io.spackle.row;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spackle.family.Limits;
import io.spackle.family.ModelTraits;
import io.spackle.family.SchedulerChoice;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.sql.Row;

/**
 * Spark rows to manifest rows, as loosely as the API reads its request: numbers and flags may be
 * texts, null and blank mean the default, and columns may have any type. An empty prompt or
 * negative prompt is what it says: only null means none.
 *
 * <p>Thread-safe.
 */
public final class RowReader implements Serializable {

  private static final int MAX_ID_BYTES = 512;

  private final Limits limits;
  private final List<String> schedulers;
  private final boolean promptless;
  private final RowDefaults defaults;
  private final SafetyPolicy safety;

  /**
   * @param traits of the model that rows are for: limits and schedulers
   * @param defaults for what rows leave out; within the limits
   * @param safety for rows that ask for a safety checker
   */
  public RowReader(ModelTraits traits, RowDefaults defaults, SafetyPolicy safety) {
    this.limits = traits.limits();
    this.schedulers = traits.schedulers();
    this.promptless = traits.promptless();
    this.defaults = defaults;
    this.safety = safety;
  }

  /**
   * Reads one row.
   *
   * @param row with its schema; where it has no {@link RowColumns#KEY}, its key is computed for
   *     this row alone
   * @return the row with all defaults filled in, or one outcome with all of its problems
   */
  public ReadResult read(Row row) {
    var fields = new FieldReader(row);
    String key = key(row);
    if (fields.raw(RowColumns.CORRUPT) != null) {
      return new ReadResult.Invalid(malformed(fields, key));
    }
    ManifestRow manifestRow = manifestRow(fields, key);
    return fields.hasProblems()
        ? new ReadResult.Invalid(invalid(fields, key))
        : new ReadResult.Valid(manifestRow);
  }

  private ManifestRow manifestRow(FieldReader fields, String key) {
    String id = id(fields, key);
    String initImage = fields.location(RowColumns.INIT_IMAGE);
    String maskImage = fields.location(RowColumns.MASK_IMAGE);
    String prompt = prompt(fields);
    String negative = fields.prompt(RowColumns.NEGATIVE_PROMPT, defaults.negativePrompt());
    int width = side(fields, RowColumns.WIDTH, defaults.width());
    int height = side(fields, RowColumns.HEIGHT, defaults.height());
    checkShape(fields, width, height);
    int samples = whole(fields, RowColumns.SAMPLES, defaults.samples(), 1, limits.maxSamples());
    int steps = whole(fields, RowColumns.STEPS, defaults.steps(), 1, limits.maxSteps());
    return new ManifestRow(
        id,
        initImage,
        maskImage,
        prompt,
        negative,
        width,
        height,
        samples,
        steps,
        guidance(fields),
        strength(fields, steps),
        enhanced(fields, prompt),
        safetyChecker(fields),
        seed(fields, key, samples),
        fields.text(RowColumns.WEBHOOK, null),
        fields.text(RowColumns.TRACK_ID, null),
        sampler(fields));
  }

  private String prompt(FieldReader fields) {
    String otherwise = promptless ? "" : defaults.prompt();
    return otherwise == null
        ? fields.requiredText(RowColumns.PROMPT)
        : fields.prompt(RowColumns.PROMPT, otherwise);
  }

  /** Null where the row asks for none, or nothing is said or read that could be enhanced. */
  private String enhanced(FieldReader fields, String prompt) {
    boolean asked = fields.flag(RowColumns.ENHANCE_PROMPT, defaults.enhancePrompt());
    boolean said = !promptless && !prompt.isBlank();
    return asked && said ? prompt + ", " + defaults.enhanceSuffix() : null;
  }

  private static String id(FieldReader fields, String key) {
    String id = givenId(fields);
    if (id == null) {
      return key;
    }
    if (Boolean.TRUE.equals(CellValues.flag(fields.raw(RowColumns.DUPLICATE)))) {
      fields.problem(
          ErrorCode.ID_DUPLICATE,
          RowColumns.ID,
          Redaction.value(id)
              + " found, which an earlier row of the manifest has; a unique one expected");
    }
    String fault = idFault(id);
    if (fault != null) {
      fields.problem(ErrorCode.ID_INVALID, RowColumns.ID, fault);
    }
    return id;
  }

  private static String givenId(FieldReader fields) {
    Object value = fields.raw(RowColumns.ID);
    return CellValues.isAbsent(value) ? null : CellValues.text(value);
  }

  private static String idFault(String id) {
    if (id.codePoints().anyMatch(Unprintable::is)) {
      return Redaction.value(id) + " found, an id without control characters expected";
    }
    int bytes = id.getBytes(UTF_8).length;
    if (bytes > MAX_ID_BYTES) {
      return bytes + " bytes found, at most " + MAX_ID_BYTES + " expected";
    }
    return FieldReader.fault(id);
  }

  private int side(FieldReader fields, String column, int otherwise) {
    return whole(fields, column, otherwise, limits.minSide(), limits.maxLongSide());
  }

  private void checkShape(FieldReader fields, int width, int height) {
    if (Math.min(width, height) > limits.maxShortSide()) {
      fields.problem(
          "width x height",
          width
              + "x"
              + height
              + " found, at most "
              + limits.maxLongSide()
              + " on the longer side and "
              + limits.maxShortSide()
              + " on the shorter side expected");
    }
  }

  private double guidance(FieldReader fields) {
    return fields.decimal(
        RowColumns.GUIDANCE_SCALE,
        defaults.guidanceScale(),
        limits.minGuidanceScale(),
        limits.maxGuidanceScale());
  }

  private double strength(FieldReader fields, int steps) {
    Double strength = fields.share(RowColumns.STRENGTH);
    Double alias = fields.share(RowColumns.PROMPT_STRENGTH);
    if (strength != null && alias != null && !strength.equals(alias)) {
      fields.problem(
          RowColumns.STRENGTH,
          strength
              + " found, and "
              + alias
              + " as prompt_strength; the same or one alone expected");
    }
    double chosen = strength != null ? strength : alias != null ? alias : defaults.strength();
    if (!promptless && (int) (steps * chosen) < 1) {
      fields.problem(
          RowColumns.STRENGTH,
          chosen
              + " found with num_inference_steps "
              + steps
              + ", which leaves no step; a product of at least 1 expected");
    }
    return chosen;
  }

  private long seed(FieldReader fields, String key, int samples) {
    long otherwise = defaults.seed() != null ? defaults.seed() : RowKey.seed(key);
    // Each sample counts up from the seed.
    return fields.whole(RowColumns.SEED, otherwise, 0, Long.MAX_VALUE - (samples - 1));
  }

  private boolean safetyChecker(FieldReader fields) {
    boolean asked = fields.flag(RowColumns.SAFETY_CHECKER, defaults.safetyChecker());
    if (asked && safety == SafetyPolicy.ABSENT) {
      fields.problem(
          RowColumns.SAFETY_CHECKER,
          "yes found, no expected: the model has no safety checker; set spackle.safety.model to"
              + " the folder of one, or to none to paint unchecked");
    }
    return asked && safety == SafetyPolicy.CHECKED;
  }

  private SchedulerChoice sampler(FieldReader fields) {
    SchedulerChoice otherwise = defaults.sampler();
    String name = fields.text(RowColumns.SCHEDULER, null);
    return new SchedulerChoice(
        name == null ? otherwise.algorithm() : scheduler(fields, name),
        fields.flag(RowColumns.USE_KARRAS_SIGMAS, otherwise.karrasSigmas()));
  }

  private String scheduler(FieldReader fields, String name) {
    for (String known : schedulers) {
      if (withoutSuffix(known).equals(withoutSuffix(name))) {
        return known;
      }
    }
    fields.problem(
        RowColumns.SCHEDULER,
        Redaction.value(name) + " found, one of " + String.join(", ", schedulers) + " expected");
    return null;
  }

  private static String withoutSuffix(String scheduler) {
    return scheduler.strip().toLowerCase(Locale.ROOT).replaceFirst("scheduler$", "");
  }

  private static int whole(FieldReader fields, String column, int otherwise, int min, int max) {
    return (int) fields.whole(column, otherwise, min, max);
  }

  private static String key(Row row) {
    return RowColumns.value(row, RowColumns.KEY) instanceof String key ? key : RowKey.of(row, "");
  }

  /** Tells where the line is and not what it says, which may hold keys and signed locations. */
  private static Outcome.Failed malformed(FieldReader fields, String key) {
    Object line = fields.raw(RowColumns.LINE);
    int length = String.valueOf(fields.raw(RowColumns.CORRUPT)).length();
    String message =
        (line == null ? "" : "line " + line + ": ")
            + length
            + " characters found that are no record of the manifest's format in UTF-8, one"
            + " expected";
    return failed(key, null, ErrorCode.ROW_MALFORMED, message);
  }

  private static Outcome.Failed invalid(FieldReader fields, String key) {
    String given = givenId(fields);
    String id = given == null || idFault(given) != null ? key : given;
    String trackId = FieldReader.readable(fields.raw(RowColumns.TRACK_ID));
    return failed(id, trackId, fields.code(), fields.message());
  }

  private static Outcome.Failed failed(String id, String trackId, ErrorCode code, String message) {
    return new Outcome.Failed(id, trackId, code, message, RowStage.READ, Map.of());
  }
}
