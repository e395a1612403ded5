package io.spackle.report;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.xxhash64;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.spackle.row.MetaRow;
import io.spackle.row.PercentEncoding;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/** The rows that a report shows: those with a preview, and some failures of each error code. */
final class Gallery {

  private static final int FAILURES_PER_CODE = 10;
  private static final int MAX_TEXT = 2000;

  private final Dataset<Row> meta;
  private final PreviewFiles previews;
  private final String root;

  /**
   * One row as the page's script reads it; what a row does not have is null.
   *
   * @param seconds that the row spent in the engine
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Card(
      String id,
      Failure failure,
      Parameters parameters,
      Output output,
      Quality quality,
      Double seconds,
      List<String> notes) {}

  /** What was measured of the first image of a row, see {@link io.spackle.quality.ImageQuality}. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Quality(
      Double seam,
      Double sharpness,
      Double exposure,
      Double colour,
      Double score,
      Double regenerated,
      Integer tries) {

    /** Null if nothing was measured. */
    static Quality of(Row measured) {
      return measured == null
          ? null
          : new Quality(
              first(measured, "seam"),
              first(measured, "sharpness"),
              first(measured, "exposure"),
              first(measured, "colour"),
              first(measured, "score"),
              first(measured, "regenerated"),
              first(measured, "tries"));
    }
  }

  /**
   * Why a row failed.
   *
   * @param code error code
   * @param stage name of the stage in which it failed
   */
  record Failure(String code, String message, String stage) {}

  /** The parameters of a row as they were applied. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Parameters(
      String prompt,
      String negativePrompt,
      Long seed,
      Integer steps,
      String guidance,
      Double strength,
      String scheduler) {}

  /**
   * The image of a row.
   *
   * @param width in pixels, as is the height
   * @param href location of the first sample relative to the page, or null if it is not a file of
   *     this output
   * @param pictures of a row that is shown with its images, or null
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Output(Integer width, Integer height, String href, Pictures pictures) {}

  /**
   * Small images of a row, as data URIs.
   *
   * @param preview init image, mask and result side by side
   * @param reference the reference image, or null
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Pictures(String preview, String reference) {}

  /**
   * @param meta rows of {@link Report#COLUMNS}
   * @param root of the output, the prefix of the locations of its images
   */
  Gallery(Dataset<Row> meta, PreviewFiles previews, String root) {
    this.meta = meta;
    this.previews = previews;
    this.root = root.endsWith("/") ? root : root + "/";
  }

  /**
   * The chosen rows, failures first.
   *
   * @param failed number of failed rows; if there are none, the rows need not be searched for them
   */
  List<Card> cards(long failed) throws IOException {
    List<Card> cards = new ArrayList<>();
    for (Row row : failed == 0 ? List.<Row>of() : failures()) {
      cards.add(card(row, null));
    }
    for (Row row : withPreviews()) {
      cards.add(card(row, pictures(row.getAs("meta"))));
    }
    return cards;
  }

  private Pictures pictures(Row meta) throws IOException {
    String prefix = meta.getAs("file_prefix");
    Optional<byte[]> reference =
        meta.getAs("reference_image") == null ? Optional.empty() : previews.readReference(prefix);
    return new Pictures(
        dataUri(previews.read(prefix)), reference.map(Gallery::dataUri).orElse(null));
  }

  private static String dataUri(byte[] jpeg) {
    return "data:image/jpeg;base64," + Base64.getEncoder().encodeToString(jpeg);
  }

  private List<Row> withPreviews() {
    return meta
        .where(col("status").equalTo(MetaRow.SUCCESS))
        .where(col("meta.file_prefix").isInCollection(previews.prefixes()))
        .collectAsList()
        .stream()
        .sorted(Comparator.comparing(row -> row.<String>getAs("id")))
        .toList();
  }

  private List<Row> failures() {
    Column rank =
        row_number().over(Window.partitionBy("error.code").orderBy(xxhash64(col("row_key"))));
    return meta.where(col("status").equalTo(MetaRow.FAILED))
        .withColumn("rank", rank)
        .where(col("rank").leq(FAILURES_PER_CODE))
        .orderBy("error.code", "id")
        .collectAsList();
  }

  private Card card(Row row, Pictures pictures) {
    Row meta = row.getAs("meta");
    return new Card(
        row.getAs("id"),
        failure(row.getAs("error")),
        new Parameters(
            truncated(meta.getAs("prompt")),
            truncated(meta.getAs("negative_prompt")),
            Optional.ofNullable(Gallery.<Long>first(meta, "seeds")).orElse(meta.getAs("seed")),
            meta.getAs("steps"),
            guidance(meta),
            meta.getAs("strength"),
            meta.getAs("scheduler")),
        output(row, pictures),
        Quality.of(row.getAs("quality")),
        row.getAs("generationTime"),
        row.getList(row.fieldIndex("notes")));
  }

  /** The value of the first image; null if there is none. */
  private static <T> T first(Row row, String column) {
    int at = row.fieldIndex(column);
    List<T> values = row.isNullAt(at) ? List.of() : row.getList(at);
    return values.isEmpty() ? null : values.get(0);
  }

  /** The scale, with the interval of the steps if it is limited to one; null if it is unknown. */
  private static String guidance(Row meta) {
    Double scale = meta.getAs("guidance_scale");
    Double start = meta.getAs("guidance_start");
    Double end = meta.getAs("guidance_end");
    boolean isLimited = start != null && end != null && (start > 0 || end < 1);
    return isLimited
        ? "%s, from %s to %s of the steps".formatted(scale, start, end)
        : Objects.toString(scale, null);
  }

  private static Failure failure(Row error) {
    return error == null
        ? null
        : new Failure(error.getAs("code"), truncated(error.getAs("message")), error.getAs("stage"));
  }

  private Output output(Row row, Pictures pictures) {
    Row meta = row.getAs("meta");
    List<String> samples = row.getList(row.fieldIndex("output"));
    String href = samples == null || samples.isEmpty() ? null : href(samples.get(0));
    return new Output(meta.getAs("W"), meta.getAs("H"), href, pictures);
  }

  /** The path from report/index.html to an image file of the same output; null for other images. */
  private String href(String location) {
    boolean isFile = location.startsWith(root) && location.indexOf('#', root.length()) < 0;
    return isFile ? "../" + encoded(location.substring(root.length())) : null;
  }

  /** Encodes a path as a URI: image names contain percent signs, see FilePrefix. */
  private static String encoded(String path) {
    return PercentEncoding.encoded(path.replace("%", "%25")).replace("~", "%7E");
  }

  private static String truncated(String text) {
    boolean isLong = text != null && text.length() > MAX_TEXT;
    return isLong ? text.substring(0, MAX_TEXT) + "…" : text;
  }
}
