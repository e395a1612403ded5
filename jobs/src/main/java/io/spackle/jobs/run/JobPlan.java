package io.spackle.jobs.run;

import io.spackle.conf.Problems;
import io.spackle.conf.RefusedException;
import io.spackle.conf.ResolvedConf;
import io.spackle.conf.TaskConf;
import io.spackle.jobs.conf.JobConf;
import io.spackle.jobs.driver.SparkSessions;
import io.spackle.jobs.driver.SparkSessions.QuerySettings;
import io.spackle.jobs.files.StoreProbe;
import io.spackle.jobs.manifest.KeyedRows;
import io.spackle.jobs.manifest.Manifest;
import io.spackle.jobs.manifest.Manifest.Skipped;
import io.spackle.jobs.manifest.ManifestColumns;
import io.spackle.jobs.manifest.ManifestInput;
import io.spackle.jobs.manifest.OutputNames;
import io.spackle.jobs.output.Datasets;
import io.spackle.jobs.output.OutputFolder;
import io.spackle.jobs.table.LakeTable;
import io.spackle.jobs.table.TableSettings;
import io.spackle.row.MetaRow;
import io.spackle.row.Redaction;
import io.spackle.row.RowColumns;
import io.spackle.sink.ImageKeys;
import io.spackle.sink.NameTemplate;
import io.spackle.task.ModelProbe;
import io.spackle.task.TaskSettings;
import io.spackle.task.TaskSettings.OutputSettings;
import io.spackle.task.TaskSettings.PublishSettings;
import io.spackle.webhook.Webhooks.WebhookSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * A job that passed all checks and can start.
 *
 * @param setup the configuration, resolved with the model
 * @param settings of tasks
 */
public record JobPlan(
    JobConf conf, Input input, ResolvedConf setup, OutputFolder output, TaskSettings settings) {

  /**
   * The input of a job.
   *
   * @param keys of all rows, see {@link KeyedRows#keys}, with the names of their images if these
   *     are not called by ids
   * @param rows their number
   * @param snapshot the files before they were read
   */
  record Input(Manifest manifest, Dataset<Row> keys, long rows, Manifest.Snapshot snapshot) {

    Input withNames(Dataset<Row> named) {
      return new Input(manifest, named, rows, snapshot);
    }
  }

  /**
   * Checks everything that can be checked before the first row. A probe file is written to the
   * output and deleted; nothing else changes. If there may be nothing to do, the model is not
   * opened: that takes minutes.
   *
   * @param queries of the session, which follow the number of rows
   * @throws RefusedException with all problems
   */
  public static JobPlan of(SparkSession spark, JobConf conf, QuerySettings queries) {
    JobPlan plan = of(spark, conf, queries, OutputFolder::problems);
    if (!plan.isFurtherRun()) {
      plan.openModel(spark);
    }
    return plan;
  }

  /**
   * Checks what can be checked without any write to the output.
   *
   * @param queries as above
   * @throws RefusedException with all problems
   */
  public static JobPlan readOnly(SparkSession spark, JobConf conf, QuerySettings queries) {
    JobPlan plan = of(spark, conf, queries, OutputFolder::problemsReadOnly);
    plan.openModel(spark);
    return plan;
  }

  /** A check of an output, which returns its problems. */
  @FunctionalInterface
  private interface OutputCheck {
    List<String> problems(OutputFolder output, OutputFolder.Mode mode);
  }

  private static JobPlan of(
      SparkSession spark, JobConf conf, QuerySettings queries, OutputCheck check) {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    Problems problems = new Problems();
    problems.addAll(StoreProbe.problems(locations(conf), hadoop));
    problems.refuse(); // the checks below would take minutes to fail
    Manifest.Snapshot snapshot = conf.manifest().snapshot(hadoop);
    if (snapshot.isSmall()) {
      queries.expectFewRows(); // until they are counted
    }
    Manifest manifest = manifest(spark, conf, problems);
    OutputFolder output = output(conf, hadoop, check, problems);
    checkTable(spark, conf, manifest, output, problems);
    if (manifest != null) {
      ManifestColumns.checkMasks(
          conf.manifest(), manifest.rows().schema(), conf.tasks().defaults().haveMask(), problems);
      ManifestColumns.checkWebhooks(
          manifest.rows().schema(), conf.output().images().layout(), problems);
    }
    ResolvedConf setup = ResolvedConf.of(tasks(conf, hadoop, problems), hadoop, problems);
    if (manifest != null && setup != null) {
      ManifestColumns.checkGuide(
          manifest.rows().schema(), setup.defaults(), setup.model().traits(), problems);
      if (problems.isEmpty() && !isFurtherRun(conf, output)) {
        beginToOpen(setup, manifest);
      }
    }
    Dataset<Row> keys = manifest == null ? null : keys(manifest, setup, conf, problems);
    Long rows = keys == null ? null : count(keys, conf, problems);
    problems.refuse();
    if (Datasets.areAHandful(rows) && output.isSmall()) {
      queries.expectFewRows();
    } else {
      queries.expectManyRows();
    }
    Input input = new Input(manifest, keys, rows, snapshot);
    JobPlan plan =
        new JobPlan(
            conf,
            input,
            setup,
            output,
            setup.settings(manifest.rows().schema(), outputSettings(conf, output, rows)));
    FirstRows.check(spark, plan, problems);
    Dataset<Row> named =
        problems.attempt("the names of images cannot be compared", () -> plan.namedKeys(problems));
    problems.refuse();
    return new JobPlan(conf, input.withNames(named), setup, output, plan.settings());
  }

  /** Lets the executors read the model's weights while Spark reads the manifest. */
  private static void beginToOpen(ResolvedConf setup, Manifest manifest) {
    SparkSession spark = manifest.rows().sparkSession();
    SparkSessions.describeJobs(spark, "begin to open the model");
    ModelProbe.begin(spark.sparkContext(), setup.settings(manifest.rows().schema(), null));
  }

  /** Reads the whole manifest, so that a file that is damaged at its end is refused, too. */
  private static Dataset<Row> keys(
      Manifest manifest, ResolvedConf setup, JobConf conf, Problems problems) {
    if (setup == null) {
      return manifest.rows();
    }
    SparkSessions.describeJobs(manifest.rows().sparkSession(), "read the keys of the manifest");
    return problems.attempt(
        conf.manifest().description() + " cannot be read",
        () -> KeyedRows.onDisk(KeyedRows.keys(manifest.rows(), setup.digest())));
  }

  /** The rows of the manifest. */
  public Manifest manifest() {
    return input.manifest();
  }

  /** The number of all rows of the manifest. */
  public long rows() {
    return input.rows();
  }

  /** The manifest's files before they were read. */
  Manifest.Snapshot snapshot() {
    return input.snapshot();
  }

  /**
   * The keys of all rows, see {@link KeyedRows#keys}, with the names of their images if these are
   * not called by ids.
   */
  Dataset<Row> keys() {
    return input.keys();
  }

  /** All rows with their keys. */
  public Dataset<Row> keyedRows() {
    return KeyedRows.keyed(manifest().rows(), setup.digest());
  }

  private Dataset<Row> namesInUse(NameTemplate template) throws IOException {
    Dataset<Row> names = output.names(manifest().rows().sparkSession(), template);
    return conf.output().mode() == OutputFolder.Mode.OVERWRITE ? names.limit(0) : names;
  }

  private Dataset<Row> namedKeys(Problems problems) throws IOException {
    NameTemplate template = conf.output().images().name();
    if (template == null) {
      return keys();
    }
    boolean mayHaveSamples =
        conf.tasks().defaults().parameters().samples() > 1
            || RowColumns.has(manifest().rows().schema(), RowColumns.SAMPLES);
    if (mayHaveSamples && !template.hasNumber()) {
      problems.add(
          "spackle.output.name %s has no {n}, but rows may have several samples"
              .formatted(template));
    }
    SparkSessions.describeJobs(manifest().rows().sparkSession(), "compare the names of images");
    Dataset<Row> inUse =
        KeyedRows.onDisk(OutputNames.shared(keys(), template, namesInUse(template)));
    Dataset<Row> named = KeyedRows.onDisk(OutputNames.named(keys(), template, inUse));
    problems.addAll(OutputNames.collisions(named, inUse));
    return named;
  }

  /** What the input has beside its rows. */
  public List<Skipped> skipped() {
    return manifest().skipped();
  }

  /** What the owner of the manifest should know before the first row. */
  public List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    if (rows() == 0) {
      warnings.add(conf.manifest().description() + " has no rows");
    }
    warnings.addAll(ManifestColumns.warnings(manifest().rows().schema()));
    return List.copyOf(warnings);
  }

  private static Map<String, String> locations(JobConf conf) {
    Map<String, String> locations = new LinkedHashMap<>(conf.manifest().locations());
    locations.put("output.path", conf.output().path());
    locations.put("model.path", conf.tasks().model().path());
    return locations;
  }

  private static Manifest manifest(SparkSession spark, JobConf conf, Problems problems) {
    SparkSessions.describeJobs(spark, "read the manifest");
    return problems.attempt(
        conf.manifest().description() + " cannot be read", () -> conf.manifest().read(spark));
  }

  private static Long count(Dataset<Row> manifest, JobConf conf, Problems problems) {
    SparkSessions.describeJobs(manifest.sparkSession(), "count the rows of the manifest");
    return problems.attempt(
        conf.manifest().description() + " cannot be read",
        () -> manifest.queryExecution().toRdd().count()); // without the shuffle of a query
  }

  private static OutputFolder output(
      JobConf conf, Configuration hadoop, OutputCheck check, Problems problems) {
    String location = conf.output().path();
    OutputFolder output =
        problems.attempt(
            "spackle.output.path " + location + " cannot be used",
            () -> OutputFolder.of(location, hadoop));
    if (output != null) {
      problems.attempt(
          "spackle.output.path " + location + " cannot be compared with the input",
          () -> checkOverlap(conf, output, hadoop, problems));
      problems.addAll(check.problems(output, conf.output().mode()));
    }
    return output;
  }

  private static Void checkOverlap(
      JobConf conf, OutputFolder output, Configuration hadoop, Problems problems)
      throws IOException {
    ManifestInput input = conf.manifest();
    input
        .overlapping(output.root(), output.results(), hadoop)
        .forEach(
            key ->
                problems.add(
                    "spackle.output.path %s and spackle.%s %s overlap: use separate folders"
                        .formatted(output, key, Redaction.redacted(input.locations().get(key)))));
    return null;
  }

  /** The folders of the input may be read; no allow list has to name them again. */
  private static TaskConf tasks(JobConf conf, Configuration hadoop, Problems problems) {
    List<String> folders =
        problems.attempt(
            conf.manifest().description() + " cannot be found",
            () -> conf.manifest().folders(hadoop));
    return folders == null ? conf.tasks() : conf.tasks().allowing(folders);
  }

  private static void checkTable(
      SparkSession spark, JobConf conf, Manifest manifest, OutputFolder output, Problems problems) {
    TableSettings table = conf.output().table();
    if (table != null && manifest != null && output != null) {
      LakeTable.check(spark, table, output, MetaRow.schemaOf(manifest.rows().schema()), problems);
    }
  }

  private static OutputSettings outputSettings(JobConf conf, OutputFolder output, long rows) {
    return new OutputSettings(
        new OutputSettings.Images(
            output.images().toString(),
            ImageKeys.forImages(rows * conf.tasks().defaults().parameters().samples())),
        conf.output().images().layout(),
        conf.output().images().masks(),
        new OutputSettings.Previews(
            output.previews().toString(), conf.output().report().previewShare(rows)),
        output.markers().toString(),
        new WebhookSettings(
            conf.webhook().secret(),
            conf.webhook().timeout(),
            conf.webhook().retries(),
            output.webhooks().toString()),
        new PublishSettings(
            conf.output().rows().publishInterval(), conf.output().rows().perFile()));
  }

  /** Whether an earlier run may have done all rows. */
  boolean isFurtherRun() {
    return isFurtherRun(conf, output);
  }

  private static boolean isFurtherRun(JobConf conf, OutputFolder output) {
    try {
      return conf.output().mode() == OutputFolder.Mode.RESUME && output.hasRows();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + output.meta(), e);
    }
  }

  /**
   * Opens the model on each executor, so that a failing device or graph is reported at once.
   *
   * @throws RefusedException if it cannot be opened
   */
  void openModel(SparkSession spark) {
    Problems problems = new Problems();
    SparkSessions.describeJobs(spark, "open the model");
    ModelProbe.problems(spark.sparkContext(), settings)
        .forEach(
            problem ->
                problems.add(
                    "the model " + conf.tasks().model().path() + " cannot be opened: " + problem));
    problems.refuse();
  }
}
