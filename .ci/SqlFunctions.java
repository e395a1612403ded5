import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Calls each SQL function once, and counts the rows of a folder of meta rows; fails if a result is
 * not what it should be. {@code .ci/versions} runs it on several versions of Spark.
 *
 * <pre>SqlFunctions META PHOTOS MODEL</pre>
 */
public final class SqlFunctions {

  private SqlFunctions() {}

  public static void main(String[] args) {
    Path photos = Path.of(args[1]).toAbsolutePath();
    SparkSession spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.extensions", "io.spackle.sql.SpackleExtensions")
            .config("spark.spackle.model.path", Path.of(args[2]).toAbsolutePath().toString())
            .config("spark.spackle.fetch.allow-files", "[\"" + photos + "\"]")
            .getOrCreate();
    Row row =
        spark
            .sql(
                """
                SELECT image_size(image).width, image_error(image).code, mask_coverage(mask),
                  length(fetch_image(image)), inpaint(image, mask, '').status
                FROM VALUES ('%1$s/no-price.jpg', '%1$s/no-price-mask.png') AS files (image, mask)
                """
                    .formatted(photos))
            .first();
    System.out.println(row);
    check(row.getInt(0) > 0, "image_size");
    check(row.isNullAt(1), "image_error");
    check(row.getDouble(2) > 0 && row.getDouble(2) < 1, "mask_coverage");
    check(row.getInt(3) > 0, "fetch_image");
    check(row.getString(4).equals("success"), "inpaint");
    Row counts =
        spark
            .read()
            .parquet(args[0])
            .selectExpr("count(*)", "count(DISTINCT id)", "count_if(status = 'failed')")
            .first();
    System.out.println(counts);
    check(Stream.of(0, 1).allMatch(i -> counts.getLong(i) == 5), "five rows, each once");
    check(counts.getLong(2) == 1, "one failed row");
    spark.stop();
  }

  private static void check(boolean isMet, String what) {
    if (!isMet) {
      throw new IllegalStateException("failed: " + what);
    }
  }
}
