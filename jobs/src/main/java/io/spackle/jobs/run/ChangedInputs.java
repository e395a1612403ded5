package io.spackle.jobs.run;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.udf;

import io.spackle.jobs.conf.JobConf.InputChanges;
import io.spackle.jobs.driver.SparkSessions;
import io.spackle.jobs.files.FileTree;
import io.spackle.jobs.files.FileTree.Entry;
import io.spackle.jobs.output.Datasets;
import io.spackle.row.MetaRow;
import io.spackle.row.RowColumns;
import io.spackle.source.FileVersion;
import io.spackle.source.StoredFile;
import io.spackle.task.ChangedFiles;
import io.spackle.task.InputLocations;
import java.io.IOException;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The rows whose input files are not those that an earlier run processed: a photo was replaced
 * under its name, or a file that was missing is there.
 *
 * <p>The versions in the meta rows are compared with listings: that of the manifest if it is a
 * folder, else those of the folders of the files. Files in folders of which the manifest has only a
 * few are asked for one by one. Tasks do all of that; the driver holds no file and no key.
 */
public final class ChangedInputs {

  /** The column of marked meta rows: true if the inputs have changed, else null. */
  public static final String CHANGED = "_spackle_changed";

  /** With fewer files of a folder, asking for each takes less time than listing the folder. */
  private static final int FEW = 20;

  private static final String KEY = "key";
  private static final String COLUMN = "column";
  private static final String LOCATION = "location";
  private static final String FOLDER = "folder";
  private static final String NAME = "name";
  private static final String RECORDED = "recorded";
  private static final String CURRENT = "current";

  private static final StructType FILES =
      new StructType()
          .add(FOLDER, DataTypes.StringType)
          .add(NAME, DataTypes.StringType)
          .add(CURRENT, DataTypes.StringType);

  private final JobPlan plan;
  private final SparkSession spark;

  private ChangedInputs(JobPlan plan, SparkSession spark) {
    this.plan = plan;
    this.spark = spark;
  }

  /**
   * Adds {@link #CHANGED} to meta rows.
   *
   * @param meta the published meta rows with their keys
   */
  public static Dataset<Row> mark(JobPlan plan, Dataset<Row> meta) throws IOException {
    boolean isCompared =
        plan.output().hasRows() && plan.conf().output().rows().inputChanges() != InputChanges.KEEP;
    Optional<Dataset<Row>> found =
        isCompared ? new ChangedInputs(plan, meta.sparkSession()).keys() : Optional.empty();
    if (found.isEmpty()) {
      return meta.withColumn(CHANGED, lit(null).cast(DataTypes.BooleanType));
    }
    Dataset<Row> changed = found.get();
    return meta.join(changed, meta.col(MetaRow.ROW_KEY).equalTo(changed.col(KEY)), "left")
        .drop(KEY);
  }

  /** The keys of the rows, each once, with {@link #CHANGED}; empty if none is finished. */
  private Optional<Dataset<Row>> keys() throws IOException {
    SparkSessions.describeJobs(spark, "compare the inputs of finished rows");
    Dataset<Row> named =
        plan.keyedRows()
            .flatMap(new InputLocations(plan.settings()), Encoders.row(InputLocations.SCHEMA));
    Dataset<Row> files =
        Datasets.onDisk(
            Datasets.hinted(named, plan.rows()).join(recorded(), new String[] {KEY, COLUMN}),
            plan.rows());
    try {
      if (files.isEmpty()) {
        return Optional.empty();
      }
      Dataset<Row> changed = changed(files).distinct().withColumn(CHANGED, lit(true));
      return Optional.of(Datasets.onDisk(changed, plan.rows())); // while the files are kept
    } finally {
      files.unpersist();
    }
  }

  /** The versions in the meta rows, by key and column. */
  private Dataset<Row> recorded() throws IOException {
    String versions =
        RowColumns.IMAGES.stream()
            .map(column -> column + ": string")
            .collect(Collectors.joining(", ", "struct<", ">"));
    Column[] pairs =
        RowColumns.IMAGES.stream()
            .map(
                column ->
                    struct(
                        lit(column).as(COLUMN),
                        col(MetaRow.INPUT_VERSIONS).getField(column).as(RECORDED)))
            .toArray(Column[]::new);
    return plan.output()
        .rows(
            spark,
            StructType.fromDDL(
                "%s string, %s %s".formatted(MetaRow.ROW_KEY, MetaRow.INPUT_VERSIONS, versions)))
        .select(col(MetaRow.ROW_KEY).as(KEY), explode(array(pairs)).as(COLUMN))
        .select(col(KEY), col(COLUMN).getField(COLUMN).as(COLUMN), col(COLUMN).getField(RECORDED))
        .toDF(KEY, COLUMN, RECORDED)
        .where(col(RECORDED).isNotNull());
  }

  private Dataset<Row> changed(Dataset<Row> files) {
    Dataset<Row> stored = files.where(col(FOLDER).isNotNull());
    Dataset<Row> hosted = asksHosts() ? files.where(col(FOLDER).isNull()) : files.limit(0);
    if (plan.manifest().files().isPresent()) {
      return changed(stored, versions(plan.manifest().files().get())).union(asked(hosted));
    }
    Dataset<Row> folders = stored.groupBy(FOLDER).count();
    Column isLarge = col("count").geq(FEW);
    JavaRDD<String> large =
        folders
            .where(isLarge)
            .map((MapFunction<Row, String>) row -> row.getString(0), Encoders.STRING())
            .repartition(slots())
            .javaRDD();
    Dataset<Row> few = stored.join(folders.where(not(isLarge)), new String[] {FOLDER}, "left_semi");
    Dataset<Row> current = versions(FileTree.filesIn(large, plan.settings().hadoop()));
    return changed(stored, current).union(asked(few.unionByName(hosted)));
  }

  private boolean asksHosts() {
    return plan.conf().output().rows().inputChanges() == InputChanges.REDO_HTTP;
  }

  private int slots() {
    return spark.sparkContext().defaultParallelism();
  }

  private static Column[] columns() {
    return new Column[] {col(KEY), col(LOCATION), col(RECORDED)};
  }

  /** The keys of files whose versions in a listing are others. */
  private static Dataset<Row> changed(Dataset<Row> files, Dataset<Row> current) {
    Column isChanged =
        udf((UDF2<String, String, Boolean>) FileVersion::isChanged, DataTypes.BooleanType)
            .apply(col(RECORDED), col(CURRENT));
    return files.join(current, new String[] {FOLDER, NAME}).where(isChanged).select(KEY);
  }

  /** The keys of files that are asked for one by one, and are others. */
  private Dataset<Row> asked(Dataset<Row> files) {
    return files
        .select(columns())
        .repartition(slots())
        .mapPartitions(new ChangedFiles(plan.settings()), Encoders.row(ChangedFiles.SCHEMA));
  }

  private Dataset<Row> versions(JavaRDD<Entry> listed) {
    JavaRDD<Row> files =
        listed
            .filter(entry -> entry.version() != null)
            .flatMap(
                entry ->
                    StoredFile.of(entry.location()).stream()
                        .map(file -> RowFactory.create(file.folder(), file.name(), entry.version()))
                        .iterator());
    return spark.createDataFrame(files, FILES);
  }
}
