package io.spackle.jobs.manifest;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.from_json;
import static org.apache.spark.sql.functions.is_valid_utf8;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.trim;
import static org.apache.spark.sql.functions.when;

import io.spackle.conf.RefusedException;
import io.spackle.row.RowColumns;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The rows of a job as Spark reads them: none is left out, malformed lines included.
 *
 * <p>All columns of the API are texts, for the API takes numbers as texts too; further columns keep
 * their types. {@link RowColumns#CORRUPT} holds what could not be parsed. {@link RowColumns#LINE}
 * numbers the rows from 1 in the order of reading, which is the same at each reading: the lines of
 * JSON Lines, the records of CSV with its header counted, the rows of all else.
 */
public final class Manifest {

  private static final String TEXT = "value";
  private static final String PARSED = "parsed";
  private static final String VALID = "valid";
  private static final char REPLACEMENT = '\uFFFD'; // what broken UTF-8 is decoded to

  private final SparkSession spark;
  private final ManifestSettings conf;

  private Manifest(SparkSession spark, ManifestSettings conf) {
    this.spark = spark;
    this.conf = conf;
  }

  /**
   * Reads what the configuration names; a manifest without rows need not have columns.
   *
   * @throws RefusedException if columns are missing or of the wrong type, or the format is unclear
   */
  public static Dataset<Row> read(SparkSession spark, ManifestSettings conf) {
    Manifest manifest = new Manifest(spark, conf);
    Dataset<Row> rows =
        switch (format(conf)) {
          case "jsonl" -> manifest.jsonLines();
          case "csv" -> manifest.csv();
          default -> manifest.other();
        };
    return conf.base() == null ? rows : ManifestColumns.withBase(rows, conf.base());
  }

  private static String format(ManifestSettings conf) {
    if (!conf.format().equals("auto")) {
      return conf.format().toLowerCase(Locale.ROOT);
    }
    String path = conf.path().toLowerCase(Locale.ROOT).replaceFirst("\\.(gz|bz2|zst|lz4)$", "");
    String ending = path.substring(path.lastIndexOf('.') + 1);
    return switch (ending) {
      case "csv", "parquet" -> ending;
      case "jsonl", "ndjson", "json" -> "jsonl";
      default ->
          throw new RefusedException(
              "spackle.manifest.format is auto, but "
                  + conf.path()
                  + " does not end in .jsonl, .csv or .parquet: name the format");
    };
  }

  /** Reads lines as text first: only so blank ones are counted and broken UTF-8 is seen. */
  private Dataset<Row> jsonLines() {
    Dataset<Row> lines = spark.read().text(conf.path());
    StructType inferred = reader().json(lines.select(TEXT).as(Encoders.STRING())).schema();
    if (inferred.isEmpty()) {
      return nothing();
    }
    StructType columns = ManifestColumns.checked(inferred);
    StructType schema = columns.add(RowColumns.CORRUPT, DataTypes.StringType);
    Column broken = when(col(VALID), col(PARSED).getField(RowColumns.CORRUPT)).otherwise(col(TEXT));
    Column valid = is_valid_utf8(col(TEXT)).and(JsonLine.IS_ONE_OBJECT.apply(col(TEXT)));
    return numbered(lines.withColumn(VALID, valid), 1)
        .where(length(trim(col(TEXT))).gt(0))
        .withColumn(PARSED, from_json(col(TEXT), schema, options()))
        .withColumn(RowColumns.CORRUPT, broken)
        .select(RowColumns.LINE, RowColumns.CORRUPT, PARSED)
        .select(selection(columns, PARSED + "."));
  }

  private Dataset<Row> csv() {
    StructType header = reader().csv(conf.path()).schema();
    if (header.isEmpty()) {
      return nothing();
    }
    StructType columns = ManifestColumns.checked(header);
    StructType schema = columns.add(RowColumns.CORRUPT, DataTypes.StringType);
    Column all = concat_ws(" ", columnsOf(columns, ""));
    Column broken = when(all.contains(String.valueOf(REPLACEMENT)), all);
    return numbered(reader().schema(schema).csv(conf.path()), 2)
        .withColumn(RowColumns.CORRUPT, coalesce(col(RowColumns.CORRUPT), broken));
  }

  private Dataset<Row> other() {
    Dataset<Row> rows = reader().format(format(conf)).load(conf.path());
    return numbered(ManifestColumns.asTexts(rows), 1);
  }

  private DataFrameReader reader() {
    return spark.read().options(options());
  }

  private Map<String, String> options() {
    Map<String, String> options = new HashMap<>();
    options.put("mode", "PERMISSIVE");
    options.put("columnNameOfCorruptRecord", RowColumns.CORRUPT);
    if (format(conf).equals("csv")) {
      options.put("header", "true");
      options.put("escape", "\"");
      options.put("nullValue", "\0"); // so that "" in quotes is an empty text, and no value is null
      options.put("multiLine", "true"); // prompts may hold line breaks
      options.put("enforceSchema", "false"); // files of one folder must agree in their headers
    }
    options.putAll(conf.options());
    return options;
  }

  private Dataset<Row> nothing() {
    return numbered(spark.createDataFrame(List.of(), ManifestColumns.REQUIRED), 1);
  }

  /**
   * Numbers rows in the order of reading. By way of an RDD: its rows are read whole, while Spark
   * SQL, asked for some columns alone, would not notice what is malformed in the others.
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
    Column[] own = columnsOf(columns, prefix);
    Column[] all = Arrays.copyOf(own, own.length + 2);
    all[own.length] = col(RowColumns.LINE);
    all[own.length + 1] = col(RowColumns.CORRUPT);
    return all;
  }

  private static Column[] columnsOf(StructType columns, String prefix) {
    return Arrays.stream(columns.fieldNames())
        .map(name -> col(prefix + "`" + name.replace("`", "``") + "`"))
        .toArray(Column[]::new);
  }
}
