package io.spackle.task;

import io.spackle.family.GuidanceSchedule;
import io.spackle.family.InpaintParameters;
import io.spackle.family.ModelTraits;
import io.spackle.family.ReferenceLayout;
import io.spackle.row.GenerationParameters;
import io.spackle.row.ManifestRow;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * The parameters of rows that decide which rows share a batch, and how long a batch takes.
 *
 * @param canvas what the model works on
 * @param steps inference steps of the full schedule
 * @param guidance how strongly the prompt guides, and in which steps
 * @param strength share of the schedule that is run
 * @param scheduler the algorithm, or null for a model without steps
 * @param checked whether a safety checker runs on the images
 */
public record WorkShape(
    Canvas canvas,
    int steps,
    GuidanceSchedule guidance,
    double strength,
    String scheduler,
    boolean checked) {

  /**
   * What a model works on.
   *
   * @param width requested width in pixels; 0 for the init image's
   * @param height requested height in pixels; 0 for the init image's
   * @param inContext whether a reference image of the same size stands beside the image
   */
  public record Canvas(int width, int height, boolean inContext) {

    /** The canvas of framed images. */
    static Canvas of(InpaintParameters parameters) {
      return new Canvas(
          parameters.width(), parameters.height(), parameters.reference() != ReferenceLayout.NONE);
    }

    private double pixels() {
      return (inContext ? 2.0 : 1.0) * width * height;
    }

    @Override
    public String toString() {
      String size =
          width == GenerationParameters.SIDE_OF_IMAGE ? "any size" : width + " x " + height;
      return inContext ? size + " with a reference in context" : size;
    }
  }

  /** The columns of a shape, as DDL; all are null for a row without a shape. */
  static final String COLUMNS =
      "width int, height int, in_context boolean, steps int, guidance_scale double,"
          + " guidance_start double, guidance_end double, strength double, scheduler string,"
          + " checked boolean";

  private static final StructType TYPE = StructType.fromDDL(COLUMNS);

  static WorkShape of(ManifestRow row, ModelTraits traits) {
    GenerationParameters parameters = row.parameters();
    boolean sized = !traits.sizes().areOfImage();
    String algorithm = parameters.scheduler().algorithm();
    boolean karras = Boolean.TRUE.equals(parameters.scheduler().karrasSigmas());
    return new WorkShape(
        new Canvas(
            sized ? parameters.width() : GenerationParameters.SIDE_OF_IMAGE,
            sized ? parameters.height() : GenerationParameters.SIDE_OF_IMAGE,
            !row.prompts().context().isNone()),
        parameters.steps(),
        parameters.guidance(),
        parameters.strength(),
        karras ? algorithm + " with Karras sigmas" : algorithm,
        row.safetyChecker());
  }

  /** The shape in the columns of a row that has one. */
  public static WorkShape of(Row row) {
    return new WorkShape(
        new Canvas(row.getAs("width"), row.getAs("height"), row.getAs("in_context")),
        row.getAs("steps"),
        new GuidanceSchedule(
            row.<Double>getAs("guidance_scale"),
            row.<Double>getAs("guidance_start"),
            row.<Double>getAs("guidance_end")),
        row.getAs("strength"),
        row.getAs("scheduler"),
        row.getAs("checked"));
  }

  /** The values of the columns. */
  List<Object> values() {
    return Arrays.asList(
        canvas.width(),
        canvas.height(),
        canvas.inContext(),
        steps,
        guidance.scale(),
        guidance.start(),
        guidance.end(),
        strength,
        scheduler,
        checked);
  }

  /** The values of the columns for a row without a shape. */
  static List<Object> noValues() {
    return Collections.nCopies(TYPE.length(), null);
  }

  /** The names of the columns. */
  public static List<String> names() {
    return List.of(TYPE.fieldNames());
  }

  /**
   * The approximate cost of an image, in pixels times noise predictions; all images of unknown size
   * count alike.
   */
  public double work() {
    return Math.max(1, canvas.pixels()) * guidance.rows(calls());
  }

  /** The approximate number of noise predictions for an image, at least 1. */
  public int calls() {
    return Math.max(1, (int) (steps * strength));
  }

  @Override
  public String toString() {
    return "%s, %d steps, guidance %s".formatted(canvas, steps, plain(guidance.scale()))
        + (guidance.equals(GuidanceSchedule.of(guidance.scale()))
            ? ""
            : " from %s to %s".formatted(plain(guidance.start()), plain(guidance.end())))
        + (strength == 1 ? "" : ", strength " + plain(strength))
        + (scheduler == null ? "" : ", " + scheduler)
        + (checked ? ", checked" : "");
  }

  private static String plain(double number) {
    return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
  }
}
