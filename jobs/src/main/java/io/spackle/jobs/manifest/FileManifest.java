package io.spackle.jobs.manifest;

import io.spackle.conf.ConfReader;
import io.spackle.conf.RefusedException;
import io.spackle.jobs.files.RealPaths;
import io.spackle.row.Redaction;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Manifest files, or another source that Spark reads. None of its rows is dropped, not even
 * malformed lines.
 *
 * @param path a file, folder or pattern, as Spark reads it
 * @param format auto, csv, tsv, jsonl, parquet or a Spark source
 * @param base folder of relative image locations, or null: rows with such locations fail
 * @param options for Spark's reader
 */
public record FileManifest(String path, String format, String base, Map<String, String> options)
    implements ManifestInput {

  static final String PATH = "manifest.path";

  private static final String JSON_LINES = "jsonl";
  private static final String CSV = "csv";
  private static final String TSV = "tsv";

  static FileManifest of(ConfReader reader) {
    return new FileManifest(
        reader.location(PATH),
        reader.text("manifest.format"),
        reader.orNull("manifest.base", reader::location),
        reader.options("manifest.options"));
  }

  @Override
  public Map<String, String> locations() {
    return Map.of(PATH, path);
  }

  @Override
  public String location() {
    return Redaction.redacted(path);
  }

  @Override
  public String description() {
    return "the manifest " + location();
  }

  @Override
  public Manifest.Snapshot snapshot(Configuration hadoop) {
    return Manifest.Snapshot.of(path, hadoop);
  }

  /** A manifest may lie in an output folder, beside the results. */
  @Override
  public List<String> overlapping(Path output, List<Path> results, Configuration hadoop)
      throws IOException {
    Path manifest = RealPaths.of(new Path(path), hadoop);
    boolean overlaps = RealPaths.isBelow(RealPaths.of(output, hadoop), manifest);
    for (Path folder : results) {
      overlaps |= RealPaths.isBelow(manifest, RealPaths.of(folder, hadoop));
    }
    return overlaps ? List.of(PATH) : List.of();
  }

  /**
   * Reads the rows; a manifest without rows need not have columns.
   *
   * @throws RefusedException if columns are missing or of the wrong type, or the format is unknown
   */
  @Override
  public Manifest read(SparkSession spark) {
    Dataset<Row> rows =
        switch (actualFormat()) {
          case JSON_LINES -> new JsonManifest(spark, this).rows();
          case CSV -> new CsvManifest(spark, this, ",").rows();
          case TSV -> new CsvManifest(spark, this, "\t").rows();
          default -> other(spark);
        };
    Dataset<Row> found = rows == null ? Manifest.empty(spark) : rows;
    return new Manifest(base == null ? found : ManifestColumns.withBase(found, base));
  }

  private String actualFormat() {
    if (!format.equals("auto")) {
      String lower = format.toLowerCase(Locale.ROOT);
      return lower.equals("json") ? JSON_LINES : lower;
    }
    String name = path.toLowerCase(Locale.ROOT).replaceFirst("\\.(gz|bz2|zst|lz4)$", "");
    String extension = name.substring(name.lastIndexOf('.') + 1);
    return switch (extension) {
      case CSV, TSV, "parquet" -> extension;
      case "tab" -> TSV;
      case JSON_LINES, "ndjson", "json" -> JSON_LINES;
      case "xlsx", "xls", "ods" ->
          throw new RefusedException(
              "the manifest %s is a spreadsheet: export it as CSV in UTF-8".formatted(location()));
      default ->
          throw new RefusedException(
              "spackle.manifest.format is auto, but %s does not end in .jsonl, .csv, .tsv or .parquet: name the format"
                  .formatted(location()));
    };
  }

  private Dataset<Row> other(SparkSession spark) {
    Dataset<Row> rows = spark.read().options(options).format(actualFormat()).load(path);
    return Manifest.numbered(ManifestColumns.asStrings(rows), 1);
  }
}
