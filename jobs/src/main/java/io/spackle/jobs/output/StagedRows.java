package io.spackle.jobs.output;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_distinct;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.min;

import io.spackle.jobs.lease.RunFiles;
import io.spackle.row.MetaRow;
import io.spackle.row.RowColumns;
import io.spackle.sink.HadoopFiles;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Meta rows that replace older ones, in a hidden folder below the meta files until they are merged
 * into these: each file with a row that is replaced is exchanged for one with the new row.
 *
 * <p>The folder is not that of a run: what a run has staged when it is killed is merged by the next
 * one. Merging again what is merged already changes nothing.
 *
 * <p>An attempt of a task that Spark has given up may still stage rows when the run has merged its
 * own. They must not take the place of those that the run has published. So the folder is taken
 * away in one step; on object stores, which have no folders, its files keep their names until the
 * next run, and a marker says that they are merged.
 */
public final class StagedRows {

  private static final String FOLDER = "_staged";
  private static final String MERGED = ".merged";
  private static final String FILE = MetaRewrite.TARGET;
  private static final String GONE = "_spackle_gone";
  private static final String NEW = "_spackle_new";
  private static final String LOCATION = "location";

  private final SparkSession spark;
  private final OutputFolder output;
  private final MetaRewrite rewrite;
  private final Dataset<Row> rows;
  private final long count;

  /**
   * @param files of staged rows, at least one
   */
  private StagedRows(
      SparkSession spark, OutputFolder output, MetaRewrite rewrite, List<Path> files) {
    this.spark = spark;
    this.output = output;
    this.rewrite = rewrite;
    this.rows = MetaRewrite.read(spark, files);
    this.count = rows.count();
  }

  /** The folder of staged rows, for a folder of meta files. */
  static Path folder(Path meta) {
    return new Path(meta, FOLDER);
  }

  /** The columns of staged rows: those of meta rows, and the key of the one that is replaced. */
  static StructType schema(StructType meta) {
    return meta.add(RowColumns.REPLACES, DataTypes.StringType);
  }

  /** Whether the staged rows are merged already, by the run that has staged them. */
  static boolean areMerged(RunFiles files, Path meta) throws IOException {
    return files.files().system().exists(new Path(folder(meta), MERGED));
  }

  /** Ends the staging of a run, once its rows are merged. */
  static void close(RunFiles files, Path meta) throws IOException {
    if (!HadoopFiles.isObjectStore(files.files().system())) {
      files.delete(folder(meta));
    } else if (files.files().system().exists(folder(meta))) {
      files.write(new Path(folder(meta), MERGED), new byte[0]);
    }
  }

  /**
   * Merges what is staged into the meta files; the staged files stay. A row that replaces nothing,
   * because somebody has deleted meta files, is left out: it counts as not processed.
   *
   * @param files of the run that holds the lease
   * @param images name in the run's folder of the file of the result, if that is large
   * @return the locations of the images of replaced rows
   */
  static Dataset<Row> merge(SparkSession spark, OutputFolder output, RunFiles files, String images)
      throws IOException {
    List<Path> staged = output.find(new Path(folder(output.meta()), OutputFolder.ALL));
    if (staged.isEmpty()) {
      return noImages(spark);
    }
    MetaRewrite rewrite = new MetaRewrite(spark, output.meta(), files);
    return new StagedRows(spark, output, rewrite, staged).merge(files, images);
  }

  /** The published and the staged meta rows of a run, in the columns of a schema. */
  public static Dataset<Row> ofRun(
      SparkSession spark, OutputFolder output, String run, StructType schema) throws IOException {
    Path folder = folder(output.meta());
    DataFrameReader reader =
        spark.read().option("pathGlobFilter", MetaFiles.published(run)).schema(schema);
    return output.find(folder).isEmpty()
        ? reader.parquet(output.meta().toString())
        : reader.parquet(output.meta().toString(), folder.toString());
  }

  /**
   * The published meta rows in some columns, as they will be once the next run has merged what one
   * that was killed has staged.
   *
   * @param columns as in DDL, that of the row key included
   */
  public static Dataset<Row> merged(SparkSession spark, OutputFolder output, String columns)
      throws IOException {
    StructType schema = StructType.fromDDL(columns);
    Dataset<Row> published = output.rows(spark, schema);
    Path folder = folder(output.meta());
    if (output.find(new Path(folder, OutputFolder.ALL)).isEmpty()) {
      return published;
    }
    Dataset<Row> staged = spark.read().schema(schema(schema)).parquet(folder.toString());
    Dataset<Row> gone =
        staged.select(col(MetaRow.ROW_KEY)).union(staged.select(RowColumns.REPLACES)).distinct();
    return published
        .join(gone, new String[] {MetaRow.ROW_KEY}, "left_anti")
        .unionByName(staged.drop(RowColumns.REPLACES));
  }

  private static Dataset<Row> noImages(SparkSession spark) {
    return spark.createDataFrame(List.of(), StructType.fromDDL(LOCATION + " string"));
  }

  private Dataset<Row> merge(RunFiles run, String imagesName) throws IOException {
    if (!output.hasRows()) {
      return noImages(spark);
    }
    Dataset<Row> found = Datasets.stored(found(), count, run.hidden("replaced"));
    List<String> names = found.select(FILE).distinct().as(Encoders.STRING()).collectAsList();
    if (names.isEmpty()) {
      return noImages(spark);
    }
    Dataset<Row> old =
        OutputFolder.withFile(
            MetaRewrite.read(
                spark, names.stream().map(name -> new Path(output.meta(), name)).toList()));
    Dataset<Row> gone = found.select(col(GONE).as(MetaRow.ROW_KEY)).distinct();
    Dataset<Row> images =
        Datasets.stored(
            old.join(Datasets.hinted(gone, count), new String[] {MetaRow.ROW_KEY}, "left_semi")
                .select(explode(col("output")).as(LOCATION)),
            count,
            run.hidden(imagesName));
    rewrite.write(
        placed(found),
        old.join(Datasets.hinted(gone, count), new String[] {MetaRow.ROW_KEY}, "left_anti"));
    rewrite.replace(names);
    return images;
  }

  /**
   * The rows that go: older ones, and those of the same keys, which a merge that was killed has put
   * in their place.
   */
  private Dataset<Row> found() throws IOException {
    Dataset<Row> going =
        rows.select(
            col(MetaRow.ROW_KEY).as(NEW),
            explode(array_distinct(array(col(MetaRow.ROW_KEY), col(RowColumns.REPLACES))))
                .as(GONE));
    Dataset<Row> meta =
        OutputFolder.withFile(output.rows(spark, StructType.fromDDL(MetaRow.ROW_KEY + " string")));
    return meta.join(Datasets.hinted(going, count), col(MetaRow.ROW_KEY).equalTo(col(GONE)))
        .select(col(FILE), col(GONE), col(NEW));
  }

  /** The staged rows with the files that they go to. */
  private Dataset<Row> placed(Dataset<Row> found) {
    Dataset<Row> places = found.groupBy(col(NEW).as(MetaRow.ROW_KEY)).agg(min(col(FILE)).as(FILE));
    StructType columns = rows.drop(RowColumns.REPLACES).schema();
    return rows.join(Datasets.hinted(places, count), MetaRow.ROW_KEY)
        .select(MetaColumns.of(columns, FILE)); // a join puts the key first
  }
}
