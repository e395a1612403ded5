package io.spackle.row;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spackle.family.GuidanceSchedule;
import io.spackle.family.Limits;
import io.spackle.family.ModelTraits;
import io.spackle.family.ModelTraits.Guide;
import io.spackle.family.Note;
import io.spackle.family.SchedulerChoice;
import java.io.Serializable;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Row;

/**
 * Parses Spark rows as manifest rows, as leniently as the API parses its request: numbers and flags
 * may be strings, null and blank mean the default, and columns may have any type. Prompts are the
 * exception: a blank prompt or negative prompt is used as it is, only null means the default.
 *
 * <p>Thread-safe.
 */
public final class RowReader implements Serializable {

  private static final int MAX_ID_BYTES = 512;

  private final ModelTraits traits;
  private final Limits limits;
  private final Guide guide;
  private final RowDefaults defaults;
  private final SafetyPolicy safety;
  private final ReferenceRule references;

  /**
   * @param traits of the model: limits, schedulers and what guides it
   * @param defaults for columns that rows leave out; within the limits
   * @param safety for rows that ask for a safety checker
   */
  public RowReader(ModelTraits traits, RowDefaults defaults, SafetyPolicy safety) {
    this.traits = traits;
    this.limits = traits.limits();
    this.guide = traits.guide();
    this.defaults = defaults;
    this.safety = safety;
    this.references = new ReferenceRule(traits, defaults.references());
  }

  /** How rows that ask for a safety checker are treated. */
  public enum SafetyPolicy {
    /** Their images are checked. */
    CHECKED,
    /** The model has no checker: the rows fail. */
    ABSENT,
    /** The job waives the check: images are not checked, as the meta rows record. */
    WAIVED
  }

  /** A parsed row. */
  public sealed interface Result {

    /** The outcome of the work on a valid row, or at once that of an invalid one. */
    Outcome then(Work work) throws InterruptedException;
  }

  /**
   * A row that can be run.
   *
   * @param notes for its owner, whatever the outcome of the work
   */
  public record Valid(ManifestRow row, Set<Note> notes) implements Result {
    @Override
    public Outcome then(Work work) throws InterruptedException {
      return work.run(row).with(notes);
    }
  }

  /** A row that cannot be run; its outcome lists all of its problems. */
  public record Invalid(Outcome.Failed outcome) implements Result {
    @Override
    public Outcome then(Work work) {
      return outcome;
    }
  }

  /** The work on a valid row. */
  @FunctionalInterface
  public interface Work {
    Outcome run(ManifestRow row) throws InterruptedException;
  }

  /**
   * Reads one row.
   *
   * @param row with its schema; if it has no {@link RowColumns#KEY}, its key is computed from this
   *     row alone
   * @return the row with all defaults filled in, or one outcome with all of its problems
   */
  public Result read(Row row) {
    var fields = new FieldReader(row);
    String key = key(row);
    if (fields.raw(RowColumns.CORRUPT) != null) {
      return new Invalid(malformed(fields, key));
    }
    if (fields.hasKnownProblem()) {
      return new Invalid(invalid(fields, key));
    }
    ManifestRow manifestRow = manifestRow(fields, key);
    return fields.hasProblems()
        ? new Invalid(invalid(fields, key))
        : new Valid(manifestRow, UnusedColumns.notes(fields, manifestRow, traits));
  }

  private ManifestRow manifestRow(FieldReader fields, String key) {
    String id = id(fields, key);
    ManifestRow.Locations locations = ImageColumns.read(fields, references, defaults);
    ManifestRow.Prompts prompts = prompts(fields, references.context(locations.reference()));
    GenerationParameters parameters = parameters(fields);
    boolean safetyChecker = safetyChecker(fields);
    long seed =
        seed(fields, parameters.samples(), RowSeed.of(locations, prompts, parameters, guide));
    fields.text(RowColumns.WEBHOOK, null); // only checked here
    ManifestRow.Names names =
        new ManifestRow.Names(
            id, fields.text(RowColumns.OUTPUT_NAME, null), fields.text(RowColumns.TRACK_ID, null));
    return new ManifestRow(names, locations, prompts, parameters, safetyChecker, seed);
  }

  private ManifestRow.Prompts prompts(FieldReader fields, ReferenceContext context) {
    boolean isRead = guide == Guide.PROMPT && context.readsPrompt();
    String prompt = prompt(fields, isRead ? defaults.prompts().prompt() : "");
    return new ManifestRow.Prompts(
        prompt,
        fields.prompt(
            RowColumns.NEGATIVE_PROMPT,
            guide == Guide.PROMPT ? defaults.prompts().negativePrompt() : null),
        isRead ? enhanced(fields, prompt) : null,
        context);
  }

  private static String prompt(FieldReader fields, String defaultPrompt) {
    return defaultPrompt == null
        ? fields.requiredText(RowColumns.PROMPT)
        : fields.prompt(RowColumns.PROMPT, defaultPrompt);
  }

  /** Null if the row asks for no enhancement, or the prompt is blank. */
  private String enhanced(FieldReader fields, String prompt) {
    boolean isRequested = fields.flag(RowColumns.ENHANCE_PROMPT, defaults.prompts().enhance());
    return isRequested && !prompt.isBlank()
        ? prompt + ", " + defaults.prompts().enhanceSuffix()
        : null;
  }

  private GenerationParameters parameters(FieldReader fields) {
    GenerationParameters values = defaults.parameters();
    int width = side(fields, RowColumns.WIDTH, values.width());
    int height = side(fields, RowColumns.HEIGHT, values.height());
    if (!traits.sizes().areOfImage()) {
      checkShape(fields, width, height);
    }
    int samples = integer(fields, RowColumns.SAMPLES, values.samples(), limits.maxSamples());
    int steps = integer(fields, RowColumns.STEPS, values.steps(), limits.maxSteps());
    return new GenerationParameters(
        width,
        height,
        samples,
        steps,
        guidance(fields),
        strength(fields, steps),
        scheduler(fields));
  }

  private static String id(FieldReader fields, String key) {
    String id = givenId(fields);
    if (id == null) {
      return key;
    }
    if (Boolean.TRUE.equals(CellValues.flag(fields.raw(RowColumns.DUPLICATE)))) {
      fields.addProblem(
          ErrorCode.ID_DUPLICATE,
          RowColumns.ID,
          Redaction.value(id)
              + " found, which an earlier row of the manifest has; a unique one expected");
    }
    String problem = idProblem(id);
    if (problem != null) {
      fields.addProblem(ErrorCode.ID_INVALID, RowColumns.ID, problem);
    }
    return id;
  }

  private static String givenId(FieldReader fields) {
    Object value = fields.raw(RowColumns.ID);
    return CellValues.isAbsent(value) ? null : CellValues.text(value);
  }

  private static String idProblem(String id) {
    if (id.codePoints().anyMatch(Redaction::isUnprintable)) {
      return Redaction.value(id) + " found, an id without control characters expected";
    }
    int bytes = id.getBytes(UTF_8).length;
    if (bytes > MAX_ID_BYTES) {
      return bytes + " bytes found, at most " + MAX_ID_BYTES + " expected";
    }
    return FieldReader.textProblem(id);
  }

  private int side(FieldReader fields, String column, int defaultValue) {
    return traits.sizes().areOfImage()
        ? integer(fields, column, defaultValue, Integer.MAX_VALUE)
        : (int) fields.integer(column, defaultValue, limits.minSide(), limits.maxLongSide());
  }

  private void checkShape(FieldReader fields, int width, int height) {
    if (Math.min(width, height) > limits.maxShortSide()) {
      fields.addProblem(
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

  private GuidanceSchedule guidance(FieldReader fields) {
    GuidanceSchedule values = defaults.parameters().guidance();
    double scale =
        fields.decimal(
            RowColumns.GUIDANCE_SCALE,
            values.scale(),
            limits.guidance().min(),
            limits.guidance().max());
    double start = fields.decimal(RowColumns.GUIDANCE_START, values.start(), 0, 1);
    double end = fields.decimal(RowColumns.GUIDANCE_END, values.end(), 0, 1);
    if (start < end) {
      return new GuidanceSchedule(scale, start, end);
    }
    fields.addProblem(
        RowColumns.GUIDANCE_START,
        "%s found with guidance_end %s, a start below the end expected".formatted(start, end));
    return values;
  }

  private double strength(FieldReader fields, int steps) {
    Double strength = fields.fraction(RowColumns.STRENGTH);
    Double alias = fields.fraction(RowColumns.PROMPT_STRENGTH);
    if (strength != null && alias != null && !strength.equals(alias)) {
      fields.addProblem(
          RowColumns.STRENGTH,
          strength
              + " found, and "
              + alias
              + " as prompt_strength; the same value or only one of the columns expected");
    }
    double defaultValue = defaults.parameters().strength();
    double chosen = strength != null ? strength : alias != null ? alias : defaultValue;
    if (!traits.erases() && (int) (steps * chosen) < 1) {
      fields.addProblem(
          RowColumns.STRENGTH,
          chosen
              + " found with num_inference_steps "
              + steps
              + ", which leaves no step; a product of at least 1 expected");
    }
    return chosen;
  }

  private long seed(FieldReader fields, int samples, long derived) {
    long defaultValue = defaults.seed() != null ? defaults.seed() : derived;
    // Each sample counts up from the seed.
    long seed =
        fields.integer(
            RowColumns.SEED, defaultValue, CellValues.NO_SEED, Long.MAX_VALUE - (samples - 1));
    return seed == CellValues.NO_SEED ? defaultValue : seed;
  }

  private boolean safetyChecker(FieldReader fields) {
    boolean isRequested = fields.flag(RowColumns.SAFETY_CHECKER, defaults.safetyChecker());
    if (isRequested && safety == SafetyPolicy.ABSENT) {
      fields.addProblem(
          RowColumns.SAFETY_CHECKER,
          "yes found, no expected: the model has no safety checker; set spackle.safety.model to"
              + " the folder of one, or to none to generate unchecked images");
    }
    return isRequested && safety == SafetyPolicy.CHECKED;
  }

  private SchedulerChoice scheduler(FieldReader fields) {
    SchedulerChoice defaultChoice = defaults.parameters().scheduler();
    String name = fields.text(RowColumns.SCHEDULER, null);
    return new SchedulerChoice(
        name == null ? defaultChoice.algorithm() : algorithm(fields, name),
        fields.flag(RowColumns.USE_KARRAS_SIGMAS, defaultChoice.karrasSigmas()));
  }

  private String algorithm(FieldReader fields, String name) {
    for (String known : traits.schedulers()) {
      if (withoutSuffix(known).equals(withoutSuffix(name))) {
        return known;
      }
    }
    fields.addProblem(
        RowColumns.SCHEDULER,
        Redaction.value(name)
            + " found, one of "
            + String.join(", ", traits.schedulers())
            + " expected");
    return null;
  }

  /** The name of a scheduler as it is compared. */
  static String withoutSuffix(String scheduler) {
    return scheduler.strip().toLowerCase(Locale.ROOT).replaceFirst("scheduler$", "");
  }

  private static int integer(FieldReader fields, String column, int defaultValue, int max) {
    return (int) fields.integer(column, defaultValue, 1, max);
  }

  private static String key(Row row) {
    return RowColumns.value(row, RowColumns.KEY) instanceof String key ? key : RowKey.of(row, "");
  }

  /** The message gives the line's number, not its text, which may hold keys and signed URLs. */
  private static Outcome.Failed malformed(FieldReader fields, String key) {
    Object line = fields.raw(RowColumns.LINE);
    String problem =
        fields.raw(RowColumns.PROBLEM) instanceof String found
            ? found
            : String.valueOf(fields.raw(RowColumns.CORRUPT)).length()
                + " characters found that are not a record of the manifest's format, one expected";
    String message = (line == null ? "" : "line " + line + ": ") + problem;
    return failed(key, null, ErrorCode.ROW_MALFORMED, message);
  }

  private static Outcome.Failed invalid(FieldReader fields, String key) {
    String given = givenId(fields);
    String id = given == null || idProblem(given) != null ? key : given;
    String trackId = FieldReader.readable(fields.raw(RowColumns.TRACK_ID));
    return failed(id, trackId, fields.code(), fields.message());
  }

  private static Outcome.Failed failed(String id, String trackId, ErrorCode code, String message) {
    return new Outcome.Failed(id, trackId, code, message, RowStage.READ, Map.of());
  }
}
