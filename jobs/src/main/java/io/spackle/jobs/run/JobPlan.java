package io.spackle.jobs.run;

import io.spackle.conf.Problems;
import io.spackle.conf.RefusedException;
import io.spackle.conf.ResolvedConf;
import io.spackle.jobs.conf.JobConf;
import io.spackle.jobs.driver.SparkSessions;
import io.spackle.jobs.files.StoreProbe;
import io.spackle.jobs.manifest.Manifest;
import io.spackle.jobs.manifest.ManifestColumns;
import io.spackle.jobs.output.OutputFolder;
import io.spackle.jobs.table.LakeTable;
import io.spackle.jobs.table.TableSettings;
import io.spackle.row.MetaRow;
import io.spackle.task.ModelProbe;
import io.spackle.task.TaskSettings;
import io.spackle.task.TaskSettings.OutputSettings;
import io.spackle.webhook.Webhooks.WebhookSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * A job that passed all checks and can start.
 *
 * @param manifest all rows
 * @param rows their number
 * @param snapshot the manifest's files before they were read
 * @param setup the configuration, resolved with the model
 * @param settings of tasks
 */
public record JobPlan(
    JobConf conf,
    Dataset<Row> manifest,
    long rows,
    Manifest.Snapshot snapshot,
    ResolvedConf setup,
    OutputFolder output,
    TaskSettings settings) {

  /**
   * Checks everything that can be checked before the first row. A probe file is written to the
   * output and deleted; nothing else changes.
   *
   * @throws RefusedException with all problems
   */
  public static JobPlan of(SparkSession spark, JobConf conf) {
    return of(spark, conf, OutputFolder::problems);
  }

  /**
   * Checks what can be checked without any write to the output.
   *
   * @throws RefusedException with all problems
   */
  public static JobPlan readOnly(SparkSession spark, JobConf conf) {
    return of(spark, conf, OutputFolder::problemsReadOnly);
  }

  /** A check of an output, which returns its problems. */
  @FunctionalInterface
  private interface OutputCheck {
    List<String> problems(OutputFolder output, OutputFolder.Mode mode, Path manifest);
  }

  private static JobPlan of(SparkSession spark, JobConf conf, OutputCheck check) {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    Problems problems = new Problems();
    problems.addAll(StoreProbe.problems(locations(conf), hadoop));
    problems.refuse(); // the checks below would take minutes to fail
    Manifest.Snapshot snapshot = Manifest.Snapshot.of(conf.manifest().path(), hadoop);
    Dataset<Row> manifest = manifest(spark, conf, problems);
    Long rows = manifest == null ? null : count(manifest, conf, problems);
    OutputFolder output = output(conf, hadoop, check, problems);
    checkTable(spark, conf, manifest, output, problems);
    if (manifest != null) {
      ManifestColumns.checkMasks(
          manifest.schema(), conf.tasks().defaults().masks().areSet(), problems);
      ManifestColumns.checkWebhooks(manifest.schema(), conf.output().images(), problems);
    }
    ResolvedConf setup = ResolvedConf.of(conf.tasks(), hadoop, problems);
    if (manifest != null && setup != null) {
      ManifestColumns.checkGuide(
          manifest.schema(), setup.defaults().prompts().prompt(), setup.model().traits(), problems);
    }
    problems.refuse();
    JobPlan plan =
        new JobPlan(
            conf,
            manifest,
            rows,
            snapshot,
            setup,
            output,
            setup.settings(manifest.schema(), outputSettings(conf, output, rows)));
    plan.openModel(spark, problems);
    problems.refuse();
    return plan;
  }

  /** What the owner of the manifest should know before the first row. */
  public List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    if (rows == 0) {
      warnings.add("the manifest %s has no rows".formatted(conf.manifest().redactedPath()));
    }
    warnings.addAll(ManifestColumns.warnings(manifest.schema()));
    return List.copyOf(warnings);
  }

  private static Map<String, String> locations(JobConf conf) {
    Map<String, String> locations = new LinkedHashMap<>();
    locations.put("manifest.path", conf.manifest().path());
    locations.put("output.path", conf.output().path());
    locations.put("model.path", conf.tasks().model().path());
    return locations;
  }

  private static Dataset<Row> manifest(SparkSession spark, JobConf conf, Problems problems) {
    SparkSessions.describeJobs(spark, "read the manifest");
    return problems.attempt(
        "the manifest " + conf.manifest().redactedPath() + " cannot be read",
        () -> Manifest.read(spark, conf.manifest()));
  }

  /** Reads the whole manifest, so that a file that is damaged at its end is refused, too. */
  private static Long count(Dataset<Row> manifest, JobConf conf, Problems problems) {
    SparkSessions.describeJobs(manifest.sparkSession(), "count the rows of the manifest");
    return problems.attempt(
        "the manifest " + conf.manifest().redactedPath() + " cannot be read", manifest::count);
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

  private static OutputSettings outputSettings(JobConf conf, OutputFolder output, long rows) {
    return new OutputSettings(
        output.images().toString(),
        conf.output().images(),
        conf.output().masks(),
        new OutputSettings.Previews(
            output.previews().toString(), conf.output().report().previewShare(rows)),
        output.markers().toString(),
        new WebhookSettings(
            conf.webhook().secret(),
            conf.webhook().timeout(),
            conf.webhook().retries(),
            output.webhooks().toString()));
  }

  /** Opens the model on each executor, so that a failing device or graph is reported at once. */
  private void openModel(SparkSession spark, Problems problems) {
    SparkSessions.describeJobs(spark, "open the model");
    ModelProbe.problems(spark.sparkContext(), settings)
        .forEach(
            problem ->
                problems.add(
                    "the model " + conf.tasks().model().path() + " cannot be opened: " + problem));
  }
}
