package io.spackle.jobs.manifest;

import io.spackle.conf.RefusedException;
import io.spackle.image.Extension;
import io.spackle.row.Redaction;
import io.spackle.row.RowColumns;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The rows of a manifest as Spark reads them; none is dropped, not even malformed lines.
 *
 * <p>All columns of the API are strings, because the API accepts numbers as strings too; further
 * columns keep their types. {@link RowColumns#CORRUPT} holds what could not be parsed, {@link
 * RowColumns#PROBLEM} why. {@link RowColumns#LINE} numbers the rows from 1 in reading order, which
 * is the same each time: the lines of text files, the rows of other formats.
 */
public final class Manifest {

  private static final String JSON_LINES = "jsonl";
  private static final String CSV = "csv";
  private static final String TSV = "tsv";

  private Manifest() {}

  /**
   * Where the rows are and how to read them.
   *
   * @param path a file, folder or pattern, as Spark reads it
   * @param format auto, csv, tsv, jsonl, parquet or a Spark source
   * @param base folder of relative image locations, or null: rows with such locations fail
   * @param options for Spark's reader
   * @param extension of rows that do not say how far their canvas grows, or null
   */
  public record Settings(
      String path, String format, String base, Map<String, String> options, Extension extension) {

    /** Settings of rows that all have masks. */
    public Settings(String path, String format, String base, Map<String, String> options) {
      this(path, format, base, options, null);
    }

    /** The path without secrets. */
    public String redactedPath() {
      return Redaction.redacted(path);
    }
  }

  /**
   * The state of a manifest's files at one moment; it shows whether one changed while it was read.
   *
   * @param files length and modification time by path; empty for sources that are not files
   */
  public record Snapshot(Map<String, String> files) {

    /** The files that a path, folder or pattern names now. */
    public static Snapshot of(String location, Configuration hadoop) {
      Map<String, String> files = new TreeMap<>();
      try {
        Path path = new Path(location);
        FileSystem fileSystem = path.getFileSystem(hadoop);
        FileStatus[] matches = fileSystem.globStatus(path);
        for (FileStatus match : matches == null ? new FileStatus[0] : matches) {
          add(fileSystem, match.getPath(), files);
        }
      } catch (IOException | IllegalArgumentException e) {
        files.clear(); // reading the manifest reports the problem
      }
      return new Snapshot(files);
    }

    private static void add(FileSystem fileSystem, Path path, Map<String, String> states)
        throws IOException {
      RemoteIterator<LocatedFileStatus> files = fileSystem.listFiles(path, false);
      while (files.hasNext()) {
        FileStatus file = files.next();
        states.put(file.getPath().toString(), file.getLen() + " " + file.getModificationTime());
      }
    }
  }

  /**
   * Returns the rows of a manifest; one without rows need not have columns.
   *
   * @throws RefusedException if columns are missing or of the wrong type, or the format is unknown
   */
  public static Dataset<Row> read(SparkSession spark, Settings settings) {
    Dataset<Row> rows =
        switch (format(settings)) {
          case JSON_LINES -> new JsonManifest(spark, settings).rows();
          case CSV -> new CsvManifest(spark, settings, ",").rows();
          case TSV -> new CsvManifest(spark, settings, "\t").rows();
          default -> other(spark, settings);
        };
    Dataset<Row> found = rows == null ? empty(spark) : rows;
    return settings.base() == null ? found : ManifestColumns.withBase(found, settings.base());
  }

  private static String format(Settings settings) {
    if (!settings.format().equals("auto")) {
      String format = settings.format().toLowerCase(Locale.ROOT);
      return format.equals("json") ? JSON_LINES : format;
    }
    String path = settings.path().toLowerCase(Locale.ROOT).replaceFirst("\\.(gz|bz2|zst|lz4)$", "");
    String extension = path.substring(path.lastIndexOf('.') + 1);
    return switch (extension) {
      case CSV, TSV, "parquet" -> extension;
      case "tab" -> TSV;
      case JSON_LINES, "ndjson", "json" -> JSON_LINES;
      case "xlsx", "xls", "ods" ->
          throw new RefusedException(
              "the manifest %s is a spreadsheet: export it as CSV in UTF-8"
                  .formatted(settings.redactedPath()));
      default ->
          throw new RefusedException(
              "spackle.manifest.format is auto, but %s does not end in .jsonl, .csv, .tsv or .parquet: name the format"
                  .formatted(settings.redactedPath()));
    };
  }

  private static Dataset<Row> other(SparkSession spark, Settings settings) {
    Dataset<Row> rows =
        spark.read().options(settings.options()).format(format(settings)).load(settings.path());
    return numbered(ManifestColumns.asStrings(rows, settings.extension()), 1);
  }

  private static Dataset<Row> empty(SparkSession spark) {
    return numbered(spark.createDataFrame(List.of(), ManifestColumns.REQUIRED), 1);
  }

  /**
   * Numbers rows in reading order, through an RDD: its rows are read with all their columns, while
   * Spark SQL, if a query needs some columns only, would not notice malformed values in the others.
   */
  static Dataset<Row> numbered(Dataset<Row> rows, long first) {
    JavaRDD<Row> numbered =
        rows.javaRDD().zipWithIndex().map(indexed -> with(indexed._1(), first + indexed._2()));
    StructType schema = rows.schema().add(RowColumns.LINE, DataTypes.LongType);
    return rows.sparkSession().createDataFrame(numbered, schema);
  }

  private static Row with(Row row, long line) {
    Object[] values = new Object[row.length() + 1];
    for (int i = 0; i < row.length(); i++) {
      values[i] = row.get(i);
    }
    values[row.length()] = line;
    return RowFactory.create(values);
  }
}
