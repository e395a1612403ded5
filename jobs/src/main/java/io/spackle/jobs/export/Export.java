package io.spackle.jobs.export;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.conf.Problems;
import io.spackle.conf.RefusedException;
import io.spackle.conf.ResolvedConf;
import io.spackle.conf.TaskConf;
import io.spackle.jobs.conf.JobConf;
import io.spackle.jobs.driver.SparkSessions;
import io.spackle.jobs.manifest.KeyedRows;
import io.spackle.jobs.output.Datasets;
import io.spackle.jobs.output.OutputFolder;
import io.spackle.spark.HadoopConf;
import io.spackle.task.ImageInspector;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** The export of a job's results as a data set of persons, garments, masks and results. */
public final class Export {

  private final SparkSession spark;
  private final ExportOptions options;
  private final ExportFolder folder;

  private Export(SparkSession spark, ExportOptions options, ExportFolder folder) {
    this.spark = spark;
    this.options = options;
    this.folder = folder;
  }

  /**
   * Writes a data set of the rows of a job that have results by its present settings. An earlier
   * export in the same folder is replaced; if this fails, the folder has no {@code dataset.json}.
   *
   * @return what {@code dataset.json} says
   * @throws RefusedException if job or folder cannot be used
   */
  public static Map<String, Object> write(SparkSession spark, JobConf conf, ExportOptions options)
      throws IOException {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    OutputFolder output = OutputFolder.of(conf.output().path(), hadoop);
    ExportFolder folder = ExportFolder.of(options.to(), hadoop);
    check(output, folder);
    TaskConf tasks = conf.tasks().allowing(conf.manifest().folders(hadoop));
    Dataset<Row> keyed = keyed(spark, conf, tasks);
    folder.begin();
    Export export = new Export(spark, options, folder);
    Dataset<Row> rows = export.stored(ExportRows.of(keyed, output, options), "rows");
    ImageInspector inspector =
        new ImageInspector(tasks.fetch(), tasks.images().limits(), HadoopConf.of(hadoop));
    SampleFiles files = new SampleFiles(inspector, output.images().toString());
    Dataset<Row> written = export.stored(export.write(rows, files), "written");
    return export.complete(rows, written);
  }

  private static void check(OutputFolder output, ExportFolder folder) throws IOException {
    if (!output.hasRows()) {
      throw new RefusedException(
          "the output %s has no meta rows: run the job first".formatted(output));
    }
    String one = output + "/";
    String other = folder.root() + "/";
    if (one.startsWith(other) || other.startsWith(one)) {
      throw new RefusedException(
          "--to %s and spackle.output.path %s overlap: use separate folders"
              .formatted(folder.root(), output));
    }
  }

  private static Dataset<Row> keyed(SparkSession spark, JobConf conf, TaskConf tasks) {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    SparkSessions.describeJobs(spark, "read the manifest");
    Problems problems = new Problems();
    Dataset<Row> manifest =
        problems.attempt(
            conf.manifest().description() + " cannot be read",
            () -> conf.manifest().read(spark).rows());
    ResolvedConf setup = ResolvedConf.of(tasks, hadoop, problems);
    problems.refuse();
    return KeyedRows.keyed(manifest, setup.digest());
  }

  private Dataset<Row> write(Dataset<Row> rows, SampleFiles files) {
    SparkSessions.describeJobs(spark, "write the samples");
    Dataset<Row> samples = ExportRows.samples(rows);
    String to = folder.root().toString();
    return switch (options.format()) {
      case VITON -> VitonWriter.write(samples, files, to);
      case WEBDATASET -> ShardWriter.write(samples, files, to, options.perShard());
    };
  }

  /** Writes the lists and deletes files of an earlier export. */
  private Map<String, Object> complete(Dataset<Row> rows, Dataset<Row> written) throws IOException {
    SparkSessions.describeJobs(spark, "write the lists");
    Dataset<Row> taken = written.where(col(ExportRows.REASON).isNull());
    Map<String, Object> splits = new LinkedHashMap<>();
    for (Split split : Split.values()) {
      Dataset<Row> ofSplit = taken.where(col(ExportRows.SPLIT).equalTo(split.label()));
      if (options.format() == DataSetFormat.VITON) {
        folder.write(split.label() + "_pairs.txt", lines(ofSplit, Written.PAIR));
      }
      folder.write(split.label() + ".jsonl", lines(ofSplit, Written.PROPERTIES));
      splits.put(split.label(), ofSplit.count());
    }
    deleteStale(taken);
    Map<String, Object> description = new LinkedHashMap<>();
    description.put("format", options.format().label());
    description.put("test_share", options.testShare());
    description.put("samples", splits);
    description.put("left_out_rows", reasons(rows));
    description.put("left_out_samples", reasons(written));
    folder.end(new ObjectMapper().writeValueAsString(description) + "\n");
    return description;
  }

  private static String lines(Dataset<Row> rows, String column) {
    StringBuilder lines = new StringBuilder();
    Iterator<Row> sorted = rows.select(column).distinct().orderBy(column).toLocalIterator();
    sorted.forEachRemaining(row -> lines.append(row.getString(0)).append('\n'));
    return lines.toString();
  }

  private void deleteStale(Dataset<Row> taken) throws IOException {
    Dataset<Row> found = spark.createDataset(folder.samples(), Encoders.STRING()).toDF("file");
    Dataset<Row> named = taken.select(explode(col(Written.FILES)).as("file"));
    Iterator<Row> stale = found.except(named).toLocalIterator();
    while (stale.hasNext()) {
      folder.delete(stale.next().getString(0));
    }
  }

  private static Map<String, Long> reasons(Dataset<Row> rows) {
    Map<String, Long> reasons = new TreeMap<>();
    for (Row group :
        rows.where(col(ExportRows.REASON).isNotNull())
            .groupBy(ExportRows.REASON)
            .count()
            .collectAsList()) {
      reasons.put(group.getString(0), group.getLong(1));
    }
    return reasons;
  }

  private Dataset<Row> stored(Dataset<Row> rows, String name) {
    return Datasets.stored(rows, new Path(folder.work(), name));
  }
}
