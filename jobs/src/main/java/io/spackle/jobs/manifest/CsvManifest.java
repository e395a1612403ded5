package io.spackle.jobs.manifest;

import io.spackle.conf.RefusedException;
import io.spackle.jobs.manifest.CsvRecord.State;
import io.spackle.jobs.manifest.CsvRecords.Columns;
import io.spackle.jobs.manifest.CsvRecords.Line;
import io.spackle.jobs.manifest.CsvRecords.Parsed;
import io.spackle.row.RowColumns;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The rows of CSV files: all columns are strings, and {@link CsvRecords} has the rules for broken
 * records. {@link RowColumns#LINE} is the line in which a record starts; the lines of several files
 * are counted on.
 */
final class CsvManifest {

  private static final List<String> SEPARATORS = List.of(",", ";", "\t", "|");

  private final SparkSession spark;
  private final FileManifest settings;
  private final CsvFormat format;
  private final ManifestFiles files;

  /**
   * @param separator where the options name none
   */
  CsvManifest(SparkSession spark, FileManifest settings, String separator) {
    this.spark = spark;
    this.settings = settings;
    this.format = CsvFormat.of(settings.options(), separator);
    this.files = ManifestFiles.of(spark, settings);
  }

  /**
   * Reads the rows; null if there are none, not even a header.
   *
   * @throws RefusedException if the files are no CSV, or their columns cannot be used
   */
  Dataset<Row> rows() {
    List<FileHead> heads = heads();
    FileHead.check(heads);
    List<String> header = null;
    for (FileHead head : heads) {
      List<String> found = header(head);
      if (header != null && found != null && !header.equals(found)) {
        throw new RefusedException(
            "the manifest's files have different columns: %s found in %s, %s expected as in %s"
                .formatted(found, head.name(), header, heads.get(0).name()));
      }
      header = header == null ? found : header;
    }
    return header == null ? null : rows(header);
  }

  private List<FileHead> heads() {
    ManifestFiles all = files;
    CsvFormat csv = format;
    return ManifestFiles.distributed(spark, files.paths())
        .map(path -> FileHead.of(path, all, csv))
        .collect();
  }

  private Dataset<Row> rows(List<String> header) {
    StructType schema = new StructType();
    for (String name : header) {
      schema = schema.add(name, DataTypes.StringType);
    }
    schema = ManifestColumns.checked(schema);
    List<String> names = header.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    List<Integer> images =
        Stream.of(RowColumns.INIT_IMAGE, RowColumns.MASK_IMAGE)
            .map(names::indexOf)
            .filter(place -> place >= 0)
            .toList();
    Columns columns = new Columns(header.size(), images);
    StructType all =
        schema
            .add(RowColumns.LINE, DataTypes.LongType)
            .add(RowColumns.CORRUPT, DataTypes.StringType)
            .add(RowColumns.PROBLEM, DataTypes.StringType);
    if (settings.isOfSeveral()) {
      all = all.add(FileNumbers.FILE, DataTypes.IntegerType);
    }
    boolean isSplit = !format.isMultiLine() && format.isUtf8() && !settings.isOfSeveral();
    return spark.createDataFrame(isSplit ? split(columns) : whole(columns), all);
  }

  /**
   * A file.
   *
   * @param before number of lines in the files before it
   */
  private record Part(String path, long before) implements Serializable {}

  /** Each file by one task, from its start: a record may have any number of lines. */
  private JavaRDD<Row> whole(Columns columns) {
    ManifestFiles all = files;
    CsvFormat csv = format;
    FileNumbers numbers = FileNumbers.of(files.paths());
    boolean isNumbered = settings.isOfSeveral();
    return ManifestFiles.distributed(spark, parts())
        .keyBy(part -> numbers.of(part.path()))
        .flatMapValues(
            part -> {
              Iterator<Line> lines = all.lines(part.path(), csv.charset(), part.before());
              first(lines); // the header
              return new CsvRecords(lines, csv, columns);
            })
        .map(
            record ->
                isNumbered ? row(record._2(), columns, record._1()) : row(record._2(), columns));
  }

  private List<Part> parts() {
    ManifestFiles all = files;
    CsvFormat csv = format;
    List<Part> parts = new ArrayList<>();
    if (files.paths().size() == 1) {
      return List.of(new Part(files.paths().get(0), 0));
    }
    List<Long> counts =
        ManifestFiles.distributed(spark, files.paths())
            .map(path -> count(all.lines(path, csv.charset())))
            .collect();
    long before = 0;
    for (int i = 0; i < counts.size(); i++) {
      parts.add(new Part(files.paths().get(i), before));
      before += counts.get(i);
    }
    return parts;
  }

  private static long count(Iterator<Line> lines) {
    long last = 0;
    while (lines.hasNext()) {
      last = lines.next().number();
    }
    return last;
  }

  /** Parts of files by several tasks: each record is one line. Headers are skipped where found. */
  private JavaRDD<Row> split(Columns columns) {
    CsvFormat csv = format;
    ManifestFiles all = files;
    Set<String> headers =
        Set.copyOf(
            ManifestFiles.distributed(spark, files.paths())
                .map(path -> first(all.lines(path, csv.charset())))
                .filter(line -> line != null)
                .distinct()
                .collect());
    return ManifestFiles.read(spark, settings, "text")
        .as(Encoders.STRING())
        .javaRDD()
        .zipWithIndex()
        .map(line -> new Line(line._2() + 1, withoutMark(line._1())))
        .filter(line -> !headers.contains(line.text()))
        .mapPartitions(lines -> new CsvRecords(lines, csv, columns))
        .map(record -> row(record, columns));
  }

  private static String withoutMark(String line) {
    return line.startsWith("\uFEFF") ? line.substring(1) : line;
  }

  private static String first(Iterator<Line> lines) {
    while (lines.hasNext()) {
      Line line = lines.next();
      if (!line.text().isBlank()) {
        return line.text();
      }
    }
    return null;
  }

  private static Row row(Parsed record, Columns columns, Integer... file) {
    Object[] values = new Object[columns.count() + 3 + file.length];
    for (int i = 0; i < record.cells().size(); i++) {
      values[i] = record.cells().get(i);
    }
    values[columns.count()] = record.line();
    values[columns.count() + 1] = record.text();
    values[columns.count() + 2] = record.problem();
    System.arraycopy(file, 0, values, columns.count() + 3, file.length);
    return RowFactory.create(values);
  }

  /**
   * The names of the columns of a file, null if it is empty.
   *
   * @throws RefusedException if the first line cannot be a header
   */
  private List<String> header(FileHead head) {
    String first = head.firstLine();
    if (first.isEmpty()) {
      return null;
    }
    CsvRecord record = CsvRecord.of(first, format);
    if (record.state() != State.COMPLETE) {
      throw new RefusedException(
          "the manifest %s has a header with a quotation mark that is not closed in its line"
              .formatted(head.name()));
    }
    List<String> names = names(record);
    String problem = names.stream().anyMatch(CsvManifest::isKnown) ? null : problem(first, names);
    if (problem != null) {
      throw new RefusedException("the manifest " + head.name() + " " + problem);
    }
    return names;
  }

  /** A column without a name is called by its place, as Spark does. */
  private static List<String> names(CsvRecord header) {
    List<String> names = new ArrayList<>();
    for (String cell : header.cells()) {
      names.add(cell == null || cell.isBlank() ? "_c" + names.size() : cell.strip());
    }
    return names;
  }

  private static boolean isKnown(String name) {
    return RowColumns.OF_API.contains(name.toLowerCase(Locale.ROOT));
  }

  /** What separates the columns in a header, if it is one. */
  static Optional<String> separator(String header) {
    return SEPARATORS.stream()
        .filter(
            separator ->
                Stream.of(header.replace("\"", "").split(Pattern.quote(separator), -1))
                        .map(String::strip)
                        .filter(CsvManifest::isKnown)
                        .count()
                    > 1)
        .findFirst();
  }

  /** Why a first line without any known column is no header, or null if that is not known. */
  private String problem(String line, List<String> names) {
    if (line.startsWith("{") || line.startsWith("[")) {
      return "is JSON, expected CSV: set spackle.manifest.format = jsonl";
    }
    if (line.startsWith("sep=")) {
      return "starts with a line for spreadsheets: remove it, and set spackle.manifest.options { delimiter = \"%s\" }"
          .formatted(line.substring("sep=".length()));
    }
    Optional<String> separator = separator(line);
    if (separator.isPresent()) {
      return "has columns separated by \"%1$s\", expected \"%2$s\": set spackle.manifest.options { delimiter = \"%1$s\" }"
          .formatted(separator.get().replace("\t", "\\t"), format.separator().replace("\t", "\\t"));
    }
    return names.stream().anyMatch(CsvRecords::isLocation)
        ? "has no header, its first line is a row: put a line with the names of the columns"
            + " before it, such as init_image,mask_image,prompt"
        : null;
  }
}
