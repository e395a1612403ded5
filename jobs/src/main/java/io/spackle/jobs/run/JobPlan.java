package io.spackle.jobs.run;

import io.spackle.conf.Problems;
import io.spackle.conf.RefusedException;
import io.spackle.conf.ResolvedConf;
import io.spackle.jobs.conf.JobConf;
import io.spackle.jobs.driver.JobDescriptions;
import io.spackle.jobs.files.StoreProbe;
import io.spackle.jobs.manifest.Manifest;
import io.spackle.jobs.manifest.ManifestColumns;
import io.spackle.jobs.manifest.ManifestSnapshot;
import io.spackle.jobs.output.OutputFolder;
import io.spackle.jobs.output.OutputMode;
import io.spackle.jobs.table.LakeTable;
import io.spackle.jobs.table.TableSettings;
import io.spackle.row.MetaRow;
import io.spackle.task.ModelProbe;
import io.spackle.task.TaskSettings;
import io.spackle.task.TaskSettings.OutputSettings;
import io.spackle.webhook.Webhooks.WebhookSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * A job that was checked and may start.
 *
 * @param manifest all rows
 * @param rows how many there are
 * @param files the manifest's files as they were before they were read
 * @param setup the configuration with its model
 * @param settings what tasks must know
 */
public record JobPlan(
    JobConf conf,
    Dataset<Row> manifest,
    long rows,
    ManifestSnapshot files,
    ResolvedConf setup,
    OutputFolder output,
    TaskSettings settings) {

  /**
   * Checks all that can be checked before the first row; changes nothing.
   *
   * @throws RefusedException with all problems
   */
  public static JobPlan of(SparkSession spark, JobConf conf) {
    return of(spark, conf, OutputFolder::problems);
  }

  /**
   * Checks as much as can be checked without writing to the output even for a moment.
   *
   * @throws RefusedException with all problems
   */
  public static JobPlan untouched(SparkSession spark, JobConf conf) {
    return of(spark, conf, OutputFolder::problemsUntouched);
  }

  /** What speaks against an output. */
  @FunctionalInterface
  private interface OutputCheck {
    List<String> problems(OutputFolder output, OutputMode mode, Path manifest);
  }

  private static JobPlan of(SparkSession spark, JobConf conf, OutputCheck check) {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    Problems problems = new Problems();
    problems.addAll(StoreProbe.problems(locations(conf), hadoop));
    problems.refuse(); // the checks below would take minutes to find out the same
    ManifestSnapshot files = ManifestSnapshot.of(conf.manifest().path(), hadoop);
    Dataset<Row> manifest = manifest(spark, conf, problems);
    Long rows = manifest == null ? null : count(manifest, conf, problems);
    OutputFolder output = output(conf, hadoop, check, problems);
    checkTable(spark, conf, manifest, output, problems);
    if (manifest != null) {
      ManifestColumns.checkWebhooks(manifest.schema(), conf.output().images(), problems);
    }
    ResolvedConf setup =
        ResolvedConf.of(conf.stage(), conf.output().imageFormat(), hadoop, problems);
    if (manifest != null && setup != null) {
      ManifestColumns.checkPrompts(
          manifest.schema(), setup.defaults().prompts().prompt(), setup.model().traits(), problems);
    }
    problems.refuse();
    JobPlan plan =
        new JobPlan(
            conf,
            manifest,
            rows,
            files,
            setup,
            output,
            setup.settings(manifest.schema(), results(conf, output, rows)));
    plan.openModel(spark, problems);
    problems.refuse();
    return plan;
  }

  private static Map<String, String> locations(JobConf conf) {
    Map<String, String> locations = new LinkedHashMap<>();
    locations.put("manifest.path", conf.manifest().path());
    locations.put("output.path", conf.output().path());
    locations.put("model.path", conf.stage().model().path());
    return locations;
  }

  private static Dataset<Row> manifest(SparkSession spark, JobConf conf, Problems problems) {
    JobDescriptions.describe(spark, "read the manifest");
    return problems.attempt(
        "the manifest " + conf.manifest().shown() + " cannot be read",
        () -> Manifest.read(spark, conf.manifest()));
  }

  /** Reads all of it, so that a file that is damaged further down is refused, too. */
  private static Long count(Dataset<Row> manifest, JobConf conf, Problems problems) {
    JobDescriptions.describe(manifest.sparkSession(), "count the rows of the manifest");
    return problems.attempt(
        "the manifest " + conf.manifest().shown() + " cannot be read", manifest::count);
  }

  private static OutputFolder output(
      JobConf conf, Configuration hadoop, OutputCheck check, Problems problems) {
    String location = conf.output().path();
    OutputFolder output =
        problems.attempt(
            "spackle.output.path " + location + " cannot be used",
            () -> OutputFolder.of(location, hadoop));
    if (output != null) {
      Path manifest = new Path(conf.manifest().path());
      problems.addAll(check.problems(output, conf.output().mode(), manifest));
    }
    return output;
  }

  private static void checkTable(
      SparkSession spark,
      JobConf conf,
      Dataset<Row> manifest,
      OutputFolder output,
      Problems problems) {
    TableSettings table = conf.output().table();
    if (table != null && manifest != null && output != null) {
      LakeTable.check(spark, table, output, MetaRow.schemaOf(manifest.schema()), problems);
    }
  }

  private static OutputSettings results(JobConf conf, OutputFolder output, long rows) {
    return new OutputSettings(
        output.images().toString(),
        conf.output().images(),
        new OutputSettings.Previews(output.previews().toString(), conf.report().share(rows)),
        output.marks().toString(),
        new WebhookSettings(
            conf.webhook().secret(),
            conf.webhook().timeout(),
            conf.webhook().retries(),
            output.webhooks().toString()));
  }

  /** Opens the model where it will run, so that a device or graph that fails is told at once. */
  private void openModel(SparkSession spark, Problems problems) {
    JobDescriptions.describe(spark, "open the model");
    ModelProbe.problems(spark.sparkContext(), settings)
        .forEach(
            problem ->
                problems.add(
                    "the model " + conf.stage().model().path() + " cannot be opened: " + problem));
  }
}
