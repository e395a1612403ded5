package io.spackle.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.row.RowStage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * What an output holds, for people: {@code report/index.html}, one page that opens from a disk or a
 * store alike, and {@code report/contact-sheet.png}.
 *
 * <p>All rows are counted; what is shown of them is a sample that stays small however many there
 * are.
 */
public final class Report {

  /** The folder below the output. */
  public static final String FOLDER = "report";

  /** Of the rows' small images, below the output. */
  public static final String PREVIEWS = FOLDER + "/previews";

  /** What is read of the meta rows; older tables may lack some. */
  static final StructType COLUMNS =
      StructType.fromDDL(
          """
          status string, id string, row_key string, generationTime double,
          output array<string>, notes array<string>,
          error struct<code: string, message: string, stage: string>,
          meta struct<H: int, W: int, file_prefix: string, prompt: string,
            negative_prompt: string, seed: bigint, steps: int, guidance_scale: double,
            strength: double, scheduler: string>,
          timings struct<%s>"""
              .formatted(
                  Arrays.stream(RowStage.values())
                      .map(stage -> stage.column() + ": double")
                      .collect(Collectors.joining(", "))));

  private final SparkSession spark;
  private final Path root;
  private final FileSystem files;

  private Report(SparkSession spark, Path root) throws IOException {
    this.spark = spark;
    this.files = root.getFileSystem(spark.sparkContext().hadoopConfiguration());
    this.root = files.makeQualified(root);
  }

  /**
   * Writes the report of an output, over an older one.
   *
   * @param output folder of a run, as {@code output.path} names it
   * @param images shown at most
   * @return where the page lies
   * @throws FileNotFoundException if there is no run
   */
  public static String write(SparkSession spark, String output, int images) throws IOException {
    return new Report(spark, new Path(output)).write(images);
  }

  private String write(int images) throws IOException {
    Path meta = new Path(root, "meta");
    if (!files.exists(meta)) {
      throw new FileNotFoundException(
          root + " has no meta rows, expected the output folder of a run");
    }
    Dataset<Row> rows =
        spark.read().schema(COLUMNS).option("pathGlobFilter", "*.parquet").parquet(meta.toString());
    PreviewFiles previews = PreviewFiles.in(new Path(root, PREVIEWS), files, images);
    Counts counts = Counts.of(rows);
    List<Card> cards = new Gallery(rows, previews, location()).cards(counts.failed());
    Path page = new Path(root, FOLDER + "/index.html");
    put(page, Page.html(counts, cards, facts()).getBytes(UTF_8));
    writeContactSheet(previews);
    return page.toString();
  }

  private void writeContactSheet(PreviewFiles previews) throws IOException {
    List<byte[]> shown = new ArrayList<>();
    for (String prefix : previews.prefixes().stream().limit(ContactSheet.MOST).toList()) {
      shown.add(previews.read(prefix));
    }
    if (!shown.isEmpty()) {
      put(new Path(root, FOLDER + "/contact-sheet.png"), ContactSheet.png(shown));
    }
  }

  /** As images' locations start: a path on this machine, a URI elsewhere. */
  private String location() {
    boolean isLocal = root.toUri().getScheme().equals("file");
    return isLocal ? root.toUri().getPath() : root.toString();
  }

  private Map<String, Object> facts() throws IOException {
    try (InputStream in = files.open(new Path(root, "summary.json"))) {
      return new ObjectMapper().readValue(in, new TypeReference<>() {});
    } catch (FileNotFoundException e) {
      return Map.of();
    }
  }

  private void put(Path path, byte[] content) throws IOException {
    try (OutputStream out = files.create(path, true)) {
      out.write(content);
    }
  }
}
