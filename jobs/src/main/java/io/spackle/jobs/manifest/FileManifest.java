package io.spackle.jobs.manifest;

import io.spackle.conf.ConfReader;
import io.spackle.conf.RefusedException;
import io.spackle.jobs.files.RealPaths;
import io.spackle.row.Redaction;
import io.spackle.row.RowColumns;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Manifest files, or another source that Spark reads. None of its rows is dropped, not even
 * malformed lines, except those of a {@link Batch} that a later file of it replaces.
 *
 * @param path a file, folder or pattern, as Spark reads it
 * @param format auto, csv, tsv, jsonl, parquet or a Spark source
 * @param base folder of relative image locations, or null: rows with such locations fail
 * @param options for Spark's reader
 * @param followInterval time between two looks for new files
 * @param batch which of the files are read, or null: all
 */
public record FileManifest(
    String path,
    String format,
    String base,
    Map<String, String> options,
    Duration followInterval,
    Batch batch)
    implements ManifestInput {

  static final String PATH = "manifest.path";

  private static final String JSON_LINES = "jsonl";
  private static final String CSV = "csv";
  private static final String TSV = "tsv";
  private static final String PARQUET = "parquet";

  private static final Set<String> FOLLOWED = Set.of(CSV, TSV, JSON_LINES, PARQUET);

  /**
   * Some of the files, in an order: of the rows of one id in several files, that of the last one
   * counts.
   *
   * @param files their URIs
   * @param seen number of the files, from the first, of which an earlier run processed all rows:
   *     their rows are only processed again, never added, see {@link RowColumns#SEEN}
   */
  public record Batch(List<String> files, int seen) {
    public Batch {
      files = List.copyOf(files);
    }
  }

  static FileManifest of(ConfReader reader) {
    return new FileManifest(
        reader.location(PATH),
        reader.text("manifest.format"),
        reader.orNull("manifest.base", reader::location),
        reader.options("manifest.options"),
        reader.duration("manifest.follow-interval", Duration.ofMillis(1)),
        null);
  }

  /** All files of a path, without a look for new ones. */
  static FileManifest of(String path, String format, String base, Map<String, String> options) {
    return new FileManifest(path, format, base, options, Duration.ZERO, null);
  }

  /** Whether the rows of several files are told apart. */
  boolean isOfSeveral() {
    return batch != null && batch.files().size() > 1;
  }

  /** The same manifest with some of its files. */
  public FileManifest only(Batch files) {
    return new FileManifest(path, format, base, options, followInterval, files);
  }

  /**
   * Lists the files for a run that follows them.
   *
   * @throws RefusedException if the path does not exist, or its format is none of files of rows
   */
  public List<FileStatus> listed(Configuration hadoop) throws IOException {
    if (!FOLLOWED.contains(actualFormat())) {
      throw new RefusedException(
          "the manifest is followed, and its format is %s; expected csv, tsv, jsonl or parquet: run the job again and again without --follow, a run processes only what is new"
              .formatted(actualFormat()));
    }
    return ListedFiles.of(path, hadoop);
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
    // A file of a batch that changes meanwhile is in the next one.
    return batch == null ? Manifest.Snapshot.of(path, hadoop) : Manifest.Snapshot.UNKNOWN;
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
    Dataset<Row> located = base == null ? found : ManifestColumns.withBase(found, base);
    return batch == null ? new Manifest(located) : BatchRows.of(located, batch);
  }

  private String actualFormat() {
    if (!format.equals("auto")) {
      String lower = format.toLowerCase(Locale.ROOT);
      return lower.equals("json") ? JSON_LINES : lower;
    }
    String name = path.toLowerCase(Locale.ROOT).replaceFirst("\\.(gz|bz2|zst|lz4)$", "");
    String extension = name.substring(name.lastIndexOf('.') + 1);
    return switch (extension) {
      case CSV, TSV, PARQUET -> extension;
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
    Dataset<Row> rows = ManifestFiles.read(spark, this, actualFormat());
    return Manifest.numbered(ManifestColumns.asStrings(rows), 1);
  }
}
