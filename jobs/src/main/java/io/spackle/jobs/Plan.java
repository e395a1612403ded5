package io.spackle.jobs;

import io.spackle.graph.BundleOptions;
import io.spackle.row.RowColumns;
import io.spackle.row.RowDefaults;
import io.spackle.row.RunInfo;
import io.spackle.source.ImageSources;
import io.spackle.stage.HadoopConf;
import io.spackle.stage.ModelProbe;
import io.spackle.stage.StageSettings;
import io.spackle.webhook.WebhookSettings;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
 * @param settings what tasks must know
 */
record Plan(
    JobConf conf,
    Dataset<Row> manifest,
    long rows,
    ManifestFiles files,
    ModelFacts model,
    OutputFolder output,
    StageSettings settings) {

  /**
   * Checks all that can be checked before the first row; changes nothing.
   *
   * @throws RefusedException with all problems
   */
  static Plan of(SparkSession spark, JobConf conf) {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    Problems problems = new Problems();
    problems.addAll(StoreAccess.problems(conf, hadoop));
    problems.refuse(); // the checks below would take minutes to find out the same
    ManifestFiles files = ManifestFiles.of(conf.manifest().path(), hadoop);
    Dataset<Row> manifest = manifest(spark, conf, problems);
    Long rows = manifest == null ? null : count(manifest, conf, problems);
    OutputFolder output = output(conf, hadoop, problems);
    ModelFacts model =
        problems.attempt(
            "the model " + conf.model().path() + " cannot be read",
            () -> ModelFacts.read(conf.model(), conf.safety(), hadoop));
    if (manifest != null && model != null) {
      ManifestColumns.checkPrompts(manifest.schema(), model.traits(), problems);
    }
    RowDefaults defaults =
        model == null ? null : Defaults.of(conf.defaults(), model.traits(), problems);
    if (model != null) {
      SafetyFacts.check(model.safety().rule(), conf.defaults(), problems);
    }
    checkFetching(conf, hadoop, problems);
    problems.refuse();
    Plan plan =
        new Plan(
            conf,
            manifest,
            rows,
            files,
            model,
            output,
            settings(conf, model, safety(conf, model, manifest), output, rows, defaults, hadoop));
    plan.openModel(spark, problems);
    problems.refuse();
    return plan;
  }

  /** Stands for all that shapes pictures beside the rows: equal digests give equal pictures. */
  String digest() {
    BundleOptions options = conf.model().options();
    Stream<Object> shaping =
        Stream.of(
            model.digest(),
            new TreeMap<>(options.schedulerConfig()), // unsorted, its text differs from JVM to JVM
            "text length " + options.textLength(),
            "prompt syntax " + options.promptSyntax(),
            settings.defaults(),
            model.safety().digest(conf.safety()),
            settings.pictures().framing(),
            settings.pictures().format(),
            "background " + settings.pictures().limits().background());
    String text = shaping.map(String::valueOf).collect(Collectors.joining("\n"));
    return UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8)).toString();
  }

  /** The checker is opened only where a row can ask for it: its weights take memory. */
  private static StageSettings.Safety safety(
      JobConf conf, ModelFacts model, Dataset<Row> manifest) {
    boolean asked =
        conf.defaults().safetyChecker()
            || Stream.of(manifest.columns()).anyMatch(RowColumns.SAFETY_CHECKER::equalsIgnoreCase);
    return model.safety().settings(conf.safety(), asked);
  }

  private static Dataset<Row> manifest(SparkSession spark, JobConf conf, Problems problems) {
    Jobs.describe(spark, "read the manifest");
    return problems.attempt(
        "the manifest " + conf.manifest().shown() + " cannot be read",
        () -> Manifest.read(spark, conf.manifest()));
  }

  /** Reads all of it, so that a file that is damaged further down is refused, too. */
  private static Long count(Dataset<Row> manifest, JobConf conf, Problems problems) {
    Jobs.describe(manifest.sparkSession(), "count the rows of the manifest");
    return problems.attempt(
        "the manifest " + conf.manifest().shown() + " cannot be read", manifest::count);
  }

  private static OutputFolder output(JobConf conf, Configuration hadoop, Problems problems) {
    String location = conf.output().path();
    OutputFolder output =
        problems.attempt(
            "spackle.output.path " + location + " cannot be used",
            () -> OutputFolder.of(location, hadoop));
    if (output != null) {
      Path manifest = new Path(conf.manifest().path());
      problems.addAll(output.problems(conf.output().mode(), manifest));
    }
    return output;
  }

  /** Whether executors will be able to read with these settings. */
  private static void checkFetching(JobConf conf, Configuration hadoop, Problems problems) {
    Callable<Void> open =
        () -> {
          ImageSources.open(conf.fetch(), hadoop).close();
          return null;
        };
    problems.attempt("spackle.fetch cannot be used", open);
  }

  private static StageSettings settings(
      JobConf conf,
      ModelFacts model,
      StageSettings.Safety safety,
      OutputFolder output,
      long rows,
      RowDefaults defaults,
      Configuration hadoop) {
    String images = output.images().toString();
    return new StageSettings(
        new StageSettings.Model(
            model.folder(),
            model.vae(),
            safety,
            conf.model().cache(),
            conf.model().device(),
            conf.model().options()),
        model.traits(),
        conf.batching(),
        conf.fetch(),
        new StageSettings.Pictures(conf.limits(), conf.image(), conf.output().imageFormat()),
        images,
        new StageSettings.Preview(output.previews().toString(), conf.report().share(rows)),
        output.marks().toString(),
        defaults,
        info(conf, model, images),
        new WebhookSettings(
            conf.webhook().secret(),
            conf.webhook().timeout(),
            conf.webhook().retries(),
            output.webhooks().toString()),
        HadoopConf.of(hadoop));
  }

  private static RunInfo info(JobConf conf, ModelFacts model, String images) {
    return new RunInfo(
        model.traits().model(),
        model.digest(),
        conf.model().revision(),
        model.vaeName(),
        model.safety().name(),
        images);
  }

  /** Opens the model where it will run, so that a device or graph that fails is told at once. */
  private void openModel(SparkSession spark, Problems problems) {
    Jobs.describe(spark, "open the model");
    ModelProbe.problems(spark.sparkContext(), settings)
        .forEach(
            problem ->
                problems.add("the model " + conf.model().path() + " cannot be opened: " + problem));
  }
}
