package io.spackle.jobs.manifest;

import io.spackle.jobs.files.FileTree.Entry;
import io.spackle.row.RowColumns;
import io.spackle.source.FileVersion;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The rows of a job's input.
 *
 * <p>All columns of the API are strings, because the API accepts numbers as strings too; further
 * columns keep their types. {@link RowColumns#CORRUPT} holds what could not be parsed, {@link
 * RowColumns#PROBLEM} why. {@link RowColumns#LINE} numbers the rows from 1 in reading order, which
 * is the same each time: the lines of text files, the rows of other forms.
 *
 * @param skipped what the input has beside its rows; of files of rows only those of a {@link
 *     FileManifest.Batch} have that
 * @param files the listing of all images and masks, with their versions, if there was one
 */
public record Manifest(Dataset<Row> rows, List<Skipped> skipped, Optional<JavaRDD<Entry>> files) {

  /** Rows of files of rows. */
  Manifest(Dataset<Row> rows) {
    this(rows, List.of(), Optional.empty());
  }

  /**
   * Entries of an input that are no rows, or are not processed, for a reason that they share.
   *
   * @param example the path of one of them
   */
  public record Skipped(Reason reason, long count, String example) implements Serializable {

    /** Why entries are skipped. */
    public enum Reason {
      NOT_AN_IMAGE("file that is no image", "files that are no images"),
      MASK_WITHOUT_IMAGE("mask without an image", "masks without an image"),
      EMPTY_FOLDER("empty folder", "empty folders"),
      HIDDEN_FOLDER("hidden folder", "hidden folders"),
      REPLACED_ROW("row that a later file replaces", "rows that later files replace"),
      LINK_TO_FOLDER("link to a folder", "links to folders");

      private final String one;
      private final String many;

      Reason(String one, String many) {
        this.one = one;
        this.many = many;
      }
    }

    /** The numbers of entries by their reasons. */
    public static Map<String, Long> counts(List<Skipped> skipped) {
      Map<String, Long> counts = new TreeMap<>();
      skipped.forEach(group -> counts.put(group.reason.name(), group.count));
      return counts;
    }

    /** What is skipped, for people; empty if nothing is. */
    public static Optional<String> text(List<Skipped> skipped) {
      String text = skipped.stream().map(Skipped::toString).collect(Collectors.joining("; "));
      return skipped.isEmpty() ? Optional.empty() : Optional.of("Skipped: " + text);
    }

    Skipped plus(Skipped other) {
      String first = example.compareTo(other.example) < 0 ? example : other.example;
      return new Skipped(reason, count + other.count, first);
    }

    @Override
    public String toString() {
      return "%d %s, such as %s".formatted(count, count == 1 ? reason.one : reason.many, example);
    }
  }

  /**
   * The state of a manifest's files at one moment; it shows whether one changed while it was read.
   *
   * @param files their versions by path; empty for sources that are not files
   * @param bytes of all files
   */
  public record Snapshot(Map<String, String> files, long bytes) {

    /** Of a source that is not files, or whose files cannot be listed. */
    static final Snapshot UNKNOWN = new Snapshot(Map.of(), 0);

    private static final long SMALL = 1 << 20;

    /** The files that a path, folder or pattern names now. */
    public static Snapshot of(String location, Configuration hadoop) {
      Map<String, String> files = new TreeMap<>();
      long bytes = 0;
      try {
        for (FileStatus file : ListedFiles.of(location, hadoop)) {
          files.put(file.getPath().toString(), FileVersion.of(file));
          bytes += file.getLen();
        }
      } catch (IOException | IllegalArgumentException e) {
        return UNKNOWN; // reading the manifest reports the problem
      }
      return new Snapshot(files, bytes);
    }

    /** Whether the files have few rows, as far as their size tells. */
    public boolean isSmall() {
      return !files.isEmpty() && bytes <= SMALL;
    }
  }

  /** A manifest without rows. */
  static Dataset<Row> empty(SparkSession spark) {
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
