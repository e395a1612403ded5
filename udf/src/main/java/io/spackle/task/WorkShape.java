package io.spackle.task;

import io.spackle.row.ManifestRow;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * What rows ask for that decides who is painted with whom, and how long it takes.
 *
 * @param width asked for, in pixels
 * @param height likewise
 * @param steps inference steps of the whole schedule
 * @param strength share of the schedule that is gone through
 * @param scheduler the algorithm, or null where there are no steps
 * @param checked whether a safety checker looks at the images
 */
public record WorkShape(
    int width,
    int height,
    int steps,
    double guidanceScale,
    double strength,
    String scheduler,
    boolean checked) {

  /** The columns that a shape is kept in, as in DDL; all are null where there is none. */
  static final String COLUMNS =
      "width int, height int, steps int, guidance_scale double, strength double,"
          + " scheduler string, checked boolean";

  private static final StructType TYPE = StructType.fromDDL(COLUMNS);

  static WorkShape of(ManifestRow row) {
    String sampler = row.sampler().algorithm();
    boolean karras = Boolean.TRUE.equals(row.sampler().karrasSigmas());
    return new WorkShape(
        row.width(),
        row.height(),
        row.steps(),
        row.guidanceScale(),
        row.strength(),
        karras ? sampler + " with Karras sigmas" : sampler,
        row.safetyChecker());
  }

  /** The shape in the columns of a row, which must have one. */
  public static WorkShape of(Row row) {
    return new WorkShape(
        row.getAs("width"),
        row.getAs("height"),
        row.getAs("steps"),
        row.getAs("guidance_scale"),
        row.getAs("strength"),
        row.getAs("scheduler"),
        row.getAs("checked"));
  }

  /** The values of the columns. */
  List<Object> values() {
    return Arrays.asList(width, height, steps, guidanceScale, strength, scheduler, checked);
  }

  /** The values of the columns where there is no shape. */
  static List<Object> noValues() {
    return Collections.nCopies(TYPE.length(), null);
  }

  /** The names of the columns. */
  public static List<String> names() {
    return List.of(TYPE.fieldNames());
  }

  /** About how much an image costs, in pixels times steps. */
  public double work() {
    int predictions = guidanceScale > 1 ? 2 : 1;
    return (double) width * height * Math.max(1, (int) (steps * strength)) * predictions;
  }

  @Override
  public String toString() {
    return "%d x %d, %d steps, guidance %s".formatted(width, height, steps, plain(guidanceScale))
        + (strength == 1 ? "" : ", strength " + plain(strength))
        + (scheduler == null ? "" : ", " + scheduler)
        + (checked ? ", checked" : "");
  }

  private static String plain(double number) {
    return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
  }
}
