package io.spackle.sql;

import io.spackle.conf.RefusedException;
import io.spackle.conf.ResolvedConf;
import io.spackle.row.ForeignColumns;
import io.spackle.row.RowColumns;
import io.spackle.task.InpaintRows;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;

/** Inpaints datasets: rows in, the same rows with their images out. */
public final class Spackle {

  private Spackle() {}

  /** Inpaints rows with the settings of their session, {@code spark.spackle.model.path} etc. */
  public static Dataset<Row> inpaint(Dataset<Row> rows) {
    return inpaint(rows, Map.of());
  }

  /**
   * Inpaints rows. Like all datasets the result is lazy, and is computed again each time it is
   * used: write it to a table first.
   *
   * <p>Rows of one task share batches. Nothing is written, no webhook is called, and no progress is
   * recorded: for millions of rows run a job.
   *
   * @param rows with the columns of a manifest, whose names are those of the API; {@code
   *     init_image}, {@code mask_image}, {@code reference_image} and {@code exclude_image} are
   *     locations or the files themselves, as binary
   * @param settings override those of the session, by keys of {@code conf/reference.conf} such as
   *     {@code model.path}; relative paths are resolved against the current folder
   * @return one row for each, in any order: the columns of the job's meta rows, the further columns
   *     of {@code rows}, and {@code images array<binary>} with one file per sample. A row that
   *     fails has status {@code failed}, its {@code error} and no images. {@code output} is empty
   * @throws RefusedException with all problems: of settings, of the model, of the columns
   */
  public static Dataset<Row> inpaint(Dataset<Row> rows, Map<String, String> settings) {
    ResolvedConf conf = SessionConf.of(rows.sparkSession(), settings).resolved();
    check(rows, conf.defaults().extension() != null || conf.defaults().masks().byDefault() != null);
    InpaintRows task =
        new InpaintRows(conf.settings(rows.schema(), null), conf.digest(), rows.schema());
    return rows.mapPartitions(task, Encoders.row(task.schema()));
  }

  private static void check(Dataset<Row> rows, boolean hasDefaultMask) {
    String[] columns = rows.columns();
    List<String> missing =
        RowColumns.missingImages(rows.schema(), hasDefaultMask).stream()
            .map(name -> "the rows have no column " + name + ForeignColumns.instead(name, columns))
            .toList();
    if (!missing.isEmpty()) {
      throw new RefusedException(missing);
    }
    if (Stream.of(columns).anyMatch(InpaintRows.IMAGES::equalsIgnoreCase)) {
      throw new RefusedException(
          "the rows have a column images, which is the name of a column of the result: rename it");
    }
  }
}
