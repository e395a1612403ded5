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
 * The report of an output: {@code report/index.html}, a self-contained page that can be opened from
 * a disk or a store, and {@code report/contact-sheet.png}.
 *
 * <p>All rows are counted; the rows shown are a sample of limited size.
 */
public final class Report {

  /** The folder of the report, below the output. */
  public static final String FOLDER = "report";

  /** The folder of previews, below the output. */
  public static final String PREVIEWS = FOLDER + "/previews";

  /** The columns that are read of the meta rows; older files may lack some of them. */
  static final StructType COLUMNS =
      StructType.fromDDL(
          """
          status string, id string, row_key string, generationTime double,
          output array<string>, notes array<string>,
          error struct<code: string, message: string, stage: string>,
          meta struct<H: int, W: int, file_prefix: string, prompt: string,
            negative_prompt: string, seed: bigint, steps: int, guidance_scale: double,
            guidance_start: double, guidance_end: double,
            seeds: array<bigint>,
            strength: double, scheduler: string, reference_image: string>,
          quality struct<seam: array<double>, sharpness: array<double>, exposure: array<double>,
            colour: array<double>, score: array<double>, regenerated: array<double>,
            kept_pixels_changed: array<bigint>, hash: array<string>, tries: array<int>>,
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
   * Writes the report of an output, replacing an older one.
   *
   * @param output the output folder, as in {@code output.path}
   * @param maxImages maximum number of images in the report
   * @return the location of the page
   * @throws FileNotFoundException if the output has no meta rows
   */
  public static String write(SparkSession spark, String output, int maxImages) throws IOException {
    return new Report(spark, new Path(output)).write(maxImages);
  }

  private String write(int maxImages) throws IOException {
    Path meta = new Path(root, "meta");
    if (!files.exists(meta)) {
      throw new FileNotFoundException(
          root + " has no meta rows, expected the output folder of a run");
    }
    Dataset<Row> rows =
        spark.read().schema(COLUMNS).option("pathGlobFilter", "*.parquet").parquet(meta.toString());
    PreviewFiles previews = PreviewFiles.in(new Path(root, PREVIEWS), files, maxImages);
    Counts counts = Counts.of(rows);
    List<Gallery.Card> cards = new Gallery(rows, previews, location()).cards(counts.failed());
    Path page = new Path(root, FOLDER + "/index.html");
    put(page, Page.html(counts, cards, facts()).getBytes(UTF_8));
    writeContactSheet(previews);
    return page.toString();
  }

  private void writeContactSheet(PreviewFiles previews) throws IOException {
    List<byte[]> chosen = new ArrayList<>();
    for (String prefix : previews.prefixes().stream().limit(ContactSheet.MAX_ROWS).toList()) {
      chosen.add(previews.read(prefix));
    }
    if (!chosen.isEmpty()) {
      put(new Path(root, FOLDER + "/contact-sheet.png"), ContactSheet.png(chosen));
    }
  }

  /** The prefix of the locations of images: a path if the output is local, otherwise a URI. */
  private String location() {
    boolean isLocal = root.toUri().getScheme().equals("file");
    return isLocal ? root.toUri().getPath() : root.toString();
  }

  /** The content of summary.json; empty if the last run wrote none. */
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
