package io.spackle.jobs.manifest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.from_json;
import static org.apache.spark.sql.functions.is_valid_utf8;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.trim;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.spackle.conf.RefusedException;
import io.spackle.row.Redaction;
import io.spackle.row.RowColumns;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
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
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The rows of a manifest as Spark reads them; none is dropped, not even malformed lines.
 *
 * <p>All columns of the API are strings, because the API accepts numbers as strings too; further
 * columns keep their types. {@link RowColumns#CORRUPT} holds what could not be parsed. {@link
 * RowColumns#LINE} numbers the rows from 1 in reading order, which is the same each time: the lines
 * of JSON Lines, the records of CSV including its header, the rows of other formats.
 */
public final class Manifest {

  private static final String TEXT = "value";
  private static final String PARSED = "parsed";
  private static final String VALID = "valid";
  private static final char REPLACEMENT = '\uFFFD'; // what invalid UTF-8 is decoded to

  private final SparkSession spark;
  private final Settings settings;

  /**
   * Where the rows are and how to read them.
   *
   * @param path a file, folder or pattern, as Spark reads it
   * @param format auto, csv, jsonl, parquet or a Spark source
   * @param base folder of relative image locations, or null: rows with such locations fail
   * @param options for Spark's reader
   */
  public record Settings(String path, String format, String base, Map<String, String> options) {

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

  private Manifest(SparkSession spark, Settings settings) {
    this.spark = spark;
    this.settings = settings;
  }

  /**
   * Returns the rows of a manifest; one without rows need not have columns.
   *
   * @throws RefusedException if columns are missing or of the wrong type, or the format is unknown
   */
  public static Dataset<Row> read(SparkSession spark, Settings settings) {
    Manifest manifest = new Manifest(spark, settings);
    Dataset<Row> rows =
        switch (format(settings)) {
          case "jsonl" -> manifest.jsonLines();
          case "csv" -> manifest.csv();
          default -> manifest.other();
        };
    return settings.base() == null ? rows : ManifestColumns.withBase(rows, settings.base());
  }

  private static String format(Settings settings) {
    if (!settings.format().equals("auto")) {
      return settings.format().toLowerCase(Locale.ROOT);
    }
    String path = settings.path().toLowerCase(Locale.ROOT).replaceFirst("\\.(gz|bz2|zst|lz4)$", "");
    String extension = path.substring(path.lastIndexOf('.') + 1);
    return switch (extension) {
      case "csv", "parquet" -> extension;
      case "jsonl", "ndjson", "json" -> "jsonl";
      default ->
          throw new RefusedException(
              "spackle.manifest.format is auto, but "
                  + settings.path()
                  + " does not end in .jsonl, .csv or .parquet: name the format");
    };
  }

  /** Reads lines as text first: Spark's JSON reader skips blank lines and hides invalid UTF-8. */
  private Dataset<Row> jsonLines() {
    Dataset<Row> lines = spark.read().text(settings.path());
    StructType inferred = reader().json(lines.select(TEXT).as(Encoders.STRING())).schema();
    if (inferred.isEmpty()) {
      return empty();
    }
    StructType columns = ManifestColumns.checked(inferred);
    StructType schema = columns.add(RowColumns.CORRUPT, DataTypes.StringType);
    Column corrupt =
        when(col(VALID), col(PARSED).getField(RowColumns.CORRUPT)).otherwise(col(TEXT));
    Column valid = is_valid_utf8(col(TEXT)).and(JsonLine.IS_ONE_OBJECT.apply(col(TEXT)));
    return numbered(lines.withColumn(VALID, valid), 1)
        .where(length(trim(col(TEXT))).gt(0))
        .withColumn(PARSED, from_json(col(TEXT), schema, options()))
        .withColumn(RowColumns.CORRUPT, corrupt)
        .select(RowColumns.LINE, RowColumns.CORRUPT, PARSED)
        .select(selection(columns, PARSED + "."));
  }

  private Dataset<Row> csv() {
    StructType header = reader().csv(settings.path()).schema();
    if (header.isEmpty()) {
      return empty();
    }
    StructType columns = ManifestColumns.checked(header);
    StructType schema = columns.add(RowColumns.CORRUPT, DataTypes.StringType);
    Column all = concat_ws(" ", columnsOf(columns, ""));
    Column invalid = when(all.contains(String.valueOf(REPLACEMENT)), all);
    return numbered(reader().schema(schema).csv(settings.path()), 2)
        .withColumn(RowColumns.CORRUPT, coalesce(col(RowColumns.CORRUPT), invalid));
  }

  private Dataset<Row> other() {
    Dataset<Row> rows = reader().format(format(settings)).load(settings.path());
    return numbered(ManifestColumns.asStrings(rows), 1);
  }

  private DataFrameReader reader() {
    return spark.read().options(options());
  }

  private Map<String, String> options() {
    Map<String, String> options = new HashMap<>();
    options.put("mode", "PERMISSIVE");
    options.put("columnNameOfCorruptRecord", RowColumns.CORRUPT);
    if (format(settings).equals("csv")) {
      options.put("header", "true");
      options.put("escape", "\"");
      options.put("nullValue", "\0"); // so that "" is the empty string and a missing value is null
      options.put("multiLine", "true"); // prompts may contain line breaks
      options.put("enforceSchema", "false"); // the headers of all files of a folder must agree
    }
    options.putAll(settings.options());
    return options;
  }

  private Dataset<Row> empty() {
    return numbered(spark.createDataFrame(List.of(), ManifestColumns.REQUIRED), 1);
  }

  /**
   * Numbers rows in reading order, through an RDD: its rows are read with all their columns, while
   * Spark SQL, if a query needs some columns only, would not notice malformed values in the others.
   */
  private Dataset<Row> numbered(Dataset<Row> rows, long first) {
    JavaRDD<Row> numbered =
        rows.javaRDD().zipWithIndex().map(indexed -> with(indexed._1(), first + indexed._2()));
    StructType schema = rows.schema().add(RowColumns.LINE, DataTypes.LongType);
    return spark.createDataFrame(numbered, schema);
  }

  private static Row with(Row row, long line) {
    Object[] values = new Object[row.length() + 1];
    for (int i = 0; i < row.length(); i++) {
      values[i] = row.get(i);
    }
    values[row.length()] = line;
    return RowFactory.create(values);
  }

  private static Column[] selection(StructType columns, String prefix) {
    Column[] parsed = columnsOf(columns, prefix);
    Column[] all = Arrays.copyOf(parsed, parsed.length + 2);
    all[parsed.length] = col(RowColumns.LINE);
    all[parsed.length + 1] = col(RowColumns.CORRUPT);
    return all;
  }

  private static Column[] columnsOf(StructType columns, String prefix) {
    return Arrays.stream(columns.fieldNames())
        .map(name -> col(prefix + "`" + name.replace("`", "``") + "`"))
        .toArray(Column[]::new);
  }

  /** A check that Spark's JSON reader does not make: a line holds one object and nothing else. */
  private static final class JsonLine {

    /** False where Spark would take the first of several values and silently drop the others. */
    static final UserDefinedFunction IS_ONE_OBJECT =
        udf((UDF1<String, Boolean>) JsonLine::isOneObject, DataTypes.BooleanType);

    /** As lenient as Spark's options allow: it is Spark that judges the syntax. */
    private static final JsonFactory JSON = lenient();

    static boolean isOneObject(String line) {
      try (JsonParser parser = JSON.createParser(line)) {
        return parser.nextToken() == JsonToken.START_OBJECT
            && hasValidStrings(parser)
            && parser.nextToken() == null;
      } catch (IOException e) {
        return false;
      }
    }

    /**
     * Reads to the end of the object; false where a string has an unpaired surrogate, which Spark
     * would replace by a question mark.
     */
    private static boolean hasValidStrings(JsonParser parser) throws IOException {
      boolean valid = true;
      while (!parser.getParsingContext().inRoot()) {
        boolean isString = parser.nextToken() == JsonToken.VALUE_STRING;
        valid &= !isString || UTF_8.newEncoder().canEncode(parser.getText());
      }
      return valid;
    }

    private static JsonFactory lenient() {
      JsonFactoryBuilder builder = new JsonFactoryBuilder();
      for (JsonReadFeature feature : JsonReadFeature.values()) {
        builder.enable(feature);
      }
      return builder.build();
    }
  }
}
