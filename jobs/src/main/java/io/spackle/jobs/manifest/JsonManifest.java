package io.spackle.jobs.manifest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.from_json;
import static org.apache.spark.sql.functions.is_valid_utf8;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.trim;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.spackle.conf.RefusedException;
import io.spackle.jobs.manifest.CsvRecords.Line;
import io.spackle.jobs.manifest.JsonFile.Kind;
import io.spackle.row.RowColumns;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
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
 * The rows of JSON files: one object per line, or, where {@link JsonFile} is certain of it, the
 * elements of an array or a sequence of objects over many lines. {@link RowColumns#LINE} is the
 * line, or in the latter case the number of the object.
 */
final class JsonManifest {

  private static final String TEXT = "value";
  private static final String PARSED = "parsed";
  private static final String VALID = "valid";

  private static final StructType TEXTS =
      StructType.fromDDL("%s string, %s int".formatted(TEXT, FileNumbers.FILE));

  private static final UserDefinedFunction IS_ONE_OBJECT =
      udf((UDF1<String, Boolean>) JsonFile::isOneObject, DataTypes.BooleanType);

  private final SparkSession spark;
  private final FileManifest settings;

  JsonManifest(SparkSession spark, FileManifest settings) {
    this.spark = spark;
    this.settings = settings;
  }

  /**
   * Reads the rows; null if there are none.
   *
   * @throws RefusedException if the files are no JSON, or their columns cannot be used
   */
  Dataset<Row> rows() {
    Dataset<Row> texts = texts();
    StructType inferred =
        spark.read().options(options()).json(texts.select(TEXT).as(Encoders.STRING())).schema();
    if (inferred.isEmpty()) {
      return null;
    }
    StructType columns = ManifestColumns.checked(inferred);
    StructType schema = columns.add(RowColumns.CORRUPT, DataTypes.StringType);
    Column isUtf8 = is_valid_utf8(col(TEXT));
    Column valid = isUtf8.and(IS_ONE_OBJECT.apply(col(TEXT)));
    Column corrupt =
        when(col(VALID), col(PARSED).getField(RowColumns.CORRUPT)).otherwise(col(TEXT));
    Column problem =
        when(not(isUtf8), "bytes that are not UTF-8 found, text in UTF-8 expected")
            .when(
                col(TEXT).startsWith("["),
                "a JSON array found, one object on each line expected, or one array in the file")
            .otherwise("no JSON object found, one object on each line expected");
    return Manifest.numbered(texts.withColumn(VALID, valid), 1)
        .where(length(trim(col(TEXT))).gt(0))
        .withColumn(PARSED, from_json(col(TEXT), schema, options()))
        .withColumn(RowColumns.CORRUPT, corrupt)
        .withColumn(RowColumns.PROBLEM, problem)
        .select(selection(columns, RowColumns.has(texts.schema(), FileNumbers.FILE)));
  }

  /**
   * The text of each row, or of a line that is none; with {@link FileNumbers#FILE} for several
   * files of a batch. Spark's JSON reader would skip blank lines.
   */
  private Dataset<Row> texts() {
    ManifestFiles files = ManifestFiles.of(spark, settings);
    List<JsonFile> kinds =
        ManifestFiles.distributed(spark, files.paths())
            .map(path -> JsonFile.of(path, files))
            .collect();
    check(kinds);
    if (kinds.stream().allMatch(file -> file.kind() == Kind.LINES)) {
      return ManifestFiles.read(spark, settings, "text");
    }
    FileNumbers numbers = FileNumbers.of(files.paths());
    JavaPairRDD<Integer, JsonFile> all =
        ManifestFiles.distributed(spark, kinds).keyBy(file -> numbers.of(file.path()));
    JavaPairRDD<Integer, String> lines =
        all.filter(file -> file._2().kind() == Kind.LINES)
            .flatMapValues(file -> files.lines(file.path(), UTF_8))
            .mapValues(Line::text);
    JavaPairRDD<Integer, String> elements =
        all.filter(file -> file._2().kind() != Kind.LINES)
            .flatMapValues(file -> JsonFile.elements(files, file.path(), file.kind()));
    JavaRDD<Row> rows = lines.union(elements).map(row -> RowFactory.create(row._2(), row._1()));
    Dataset<Row> texts = spark.createDataFrame(rows, TEXTS);
    return settings.isOfSeveral() ? texts : texts.drop(FileNumbers.FILE);
  }

  private static void check(List<JsonFile> files) {
    List<String> problems =
        files.stream()
            .filter(file -> file.problem() != null)
            .map(
                file -> "the manifest " + ManifestFiles.name(file.path()) + " is " + file.problem())
            .limit(10)
            .toList();
    if (!problems.isEmpty()) {
      throw new RefusedException(problems);
    }
  }

  private Map<String, String> options() {
    Map<String, String> options = new HashMap<>();
    options.put("mode", "PERMISSIVE");
    options.put("columnNameOfCorruptRecord", RowColumns.CORRUPT);
    // Images may be in data: URIs; their size is limited where they are decoded.
    options.put("maxStringLen", String.valueOf(Integer.MAX_VALUE));
    options.putAll(settings.options());
    return options;
  }

  private static Column[] selection(StructType columns, boolean isNumbered) {
    Stream<Column> parsed =
        Arrays.stream(columns.fieldNames())
            .map(name -> col(PARSED + ".`" + name.replace("`", "``") + "`"));
    Stream<Column> added =
        Stream.of(RowColumns.LINE, RowColumns.CORRUPT, RowColumns.PROBLEM, FileNumbers.FILE)
            .filter(name -> isNumbered || !name.equals(FileNumbers.FILE))
            .map(org.apache.spark.sql.functions::col);
    return Stream.concat(parsed, added).toArray(Column[]::new);
  }
}
