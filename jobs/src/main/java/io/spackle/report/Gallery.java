package io.spackle.report;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.xxhash64;

import io.spackle.row.MetaRow;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/** Chooses the rows that a report shows: those with a preview, and some failures of each code. */
final class Gallery {

  private static final int FAILURES_PER_CODE = 10;
  private static final int LONGEST_TEXT = 2000;

  private final Dataset<Row> meta;
  private final PreviewFiles previews;
  private final String root;

  /**
   * @param meta rows of {@link Report#COLUMNS}
   * @param root of the output, as locations of its images start
   */
  Gallery(Dataset<Row> meta, PreviewFiles previews, String root) {
    this.meta = meta;
    this.previews = previews;
    this.root = root.endsWith("/") ? root : root + "/";
  }

  /**
   * Failures first: they are what somebody has to look at.
   *
   * @param failed how many there are: for none, the rows need not be looked through
   */
  List<Card> cards(long failed) throws IOException {
    List<Card> cards = new ArrayList<>();
    for (Row row : failed == 0 ? List.<Row>of() : failures()) {
      cards.add(card(row, null));
    }
    for (Row row : painted()) {
      byte[] file = previews.read(row.<Row>getAs("meta").getAs("file_prefix"));
      cards.add(card(row, "data:image/jpeg;base64," + Base64.getEncoder().encodeToString(file)));
    }
    return cards;
  }

  private List<Row> painted() {
    return meta.where(col("status").equalTo(MetaRow.SUCCESS))
        .where(col("meta.file_prefix").isInCollection(previews.prefixes()))
        .orderBy("id")
        .collectAsList();
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

  private Card card(Row row, String preview) {
    Row error = row.getAs("error");
    Row meta = row.getAs("meta");
    List<String> output = row.getList(row.fieldIndex("output"));
    return new Card(
        row.getAs("id"),
        error == null ? null : error.getAs("code"),
        error == null ? null : cut(error.getAs("message")),
        error == null ? null : error.getAs("stage"),
        cut(meta.getAs("prompt")),
        cut(meta.getAs("negative_prompt")),
        meta.getAs("seed"),
        meta.getAs("steps"),
        meta.getAs("guidance_scale"),
        meta.getAs("strength"),
        meta.getAs("scheduler"),
        meta.getAs("W"),
        meta.getAs("H"),
        row.getAs("generationTime"),
        row.getList(row.fieldIndex("notes")),
        output == null || output.isEmpty() ? null : href(output.get(0)),
        preview);
  }

  /** From report/index.html to an image of the same output, where it is a file of its own. */
  private String href(String location) {
    boolean isFile = location.startsWith(root) && location.indexOf('#', root.length()) < 0;
    return isFile ? "../" + encoded(location.substring(root.length())) : null;
  }

  /** File names hold percent signs of their own, see FilePrefix; nothing else needs encoding. */
  private static String encoded(String path) {
    return path.replace("%", "%25").replace("~", "%7E");
  }

  private static String cut(String text) {
    boolean isLong = text != null && text.length() > LONGEST_TEXT;
    return isLong ? text.substring(0, LONGEST_TEXT) + "…" : text;
  }
}
