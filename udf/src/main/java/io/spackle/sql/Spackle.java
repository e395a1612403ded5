package io.spackle.sql;

import io.spackle.conf.RefusedException;
import io.spackle.conf.ResolvedConf;
import io.spackle.row.RowColumns;
import io.spackle.task.InpaintRows;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;

/**
 * Inpainting of datasets: rows in, the same rows with their images out.
 *
 * <p>From PySpark: {@code spark._jvm.io.spackle.sql.Spackle.inpaint(rows._jdf, {"model.path":
 * ...})} gives a dataset of the JVM, {@code DataFrame(jvm, spark)} that of Python.
 */
public final class Spackle {

  private Spackle() {}

  /** Paints rows with the settings of their session, {@code spark.spackle.model.path} and so on. */
  public static Dataset<Row> inpaint(Dataset<Row> rows) {
    return inpaint(rows, Map.of());
  }

  /**
   * Paints rows. As with all datasets, nothing is painted before somebody asks for the result, and
   * all of it again whenever somebody asks anew: write it to a table first.
   *
   * <p>Rows of one task go through the model in batches. Nothing is written, no webhook is called,
   * and nobody keeps account of what is done: for millions of rows run a job.
   *
   * @param rows with the columns of a manifest, whose names are those of the API; {@code
   *     init_image} and {@code mask_image} are locations or the files themselves, as binary
   * @param settings keys of {@code conf/reference.conf} over those of the session, such as {@code
   *     model.path}; paths count from the current folder
   * @return one row for each, in any order: the columns of the job's meta rows, the further columns
   *     of {@code rows}, and {@code images array<binary>} with one file per sample. A row that
   *     fails has status {@code failed}, its {@code error} and no images. {@code output} is empty
   * @throws RefusedException with all problems: of settings, of the model, of the columns
   */
  public static Dataset<Row> inpaint(Dataset<Row> rows, Map<String, String> settings) {
    check(rows.columns());
    ResolvedConf setup = SessionConf.of(rows.sparkSession(), settings).setup();
    InpaintRows painting =
        new InpaintRows(setup.settings(rows.schema(), null), setup.digest(), rows.schema());
    return rows.mapPartitions(painting, Encoders.row(painting.schema()));
  }

  private static void check(String[] columns) {
    List<String> missing =
        Stream.of(RowColumns.INIT_IMAGE, RowColumns.MASK_IMAGE)
            .filter(name -> Stream.of(columns).noneMatch(name::equalsIgnoreCase))
            .map(name -> "the rows have no column " + name)
            .toList();
    if (!missing.isEmpty()) {
      throw new RefusedException(missing);
    }
    if (Stream.of(columns).anyMatch(InpaintRows.IMAGES::equalsIgnoreCase)) {
      throw new RefusedException(
          "the rows have a column images, the name of that with their images: rename it");
    }
  }
}
