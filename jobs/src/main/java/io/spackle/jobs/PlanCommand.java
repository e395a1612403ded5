package io.spackle.jobs;

import io.spackle.conf.ModelInfo;
import io.spackle.conf.Problems;
import io.spackle.conf.RefusedException;
import io.spackle.jobs.conf.JobConf;
import io.spackle.jobs.driver.SparkSessions;
import io.spackle.jobs.driver.SparkSessions.QuerySettings;
import io.spackle.jobs.dryrun.Forecast;
import io.spackle.jobs.dryrun.Forecast.Measured;
import io.spackle.jobs.dryrun.ManifestSurvey;
import io.spackle.jobs.dryrun.PlanResult;
import io.spackle.jobs.dryrun.PlanResult.Limits;
import io.spackle.jobs.dryrun.PlanText;
import io.spackle.jobs.dryrun.TrialResult;
import io.spackle.jobs.run.ExitCode;
import io.spackle.jobs.run.JobPlan;
import io.spackle.jobs.run.Summary;
import io.spackle.task.ModelProbe;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The command {@code plan}: reports what {@code run} would do. Nothing is written to the output,
 * and its lease is not acquired. A model that is not local is copied to this host's cache, as in a
 * run.
 *
 * <p>Messages go to stderr. The last line on stdout is always a JSON object; {@link ExitCode} lists
 * the exit codes.
 */
@Command(
    name = "plan",
    mixinStandardHelpOptions = true,
    description = "Checks a job and reports what run would do, without doing it.")
final class PlanCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private JobArguments arguments = new JobArguments();

  @Option(
      names = "--probe",
      paramLabel = "N",
      defaultValue = "0",
      description = "Fetches, decodes and frames N rows.")
  private int probe;

  @Option(
      names = "--trial",
      paramLabel = "N",
      defaultValue = "0",
      description = "Inpaints N rows without keeping them, and forecasts time and cost.")
  private int trial;

  @Option(names = "--all-keys", description = "Shows keys with default values, too.")
  private boolean allKeys;

  private final Instant start = Instant.now();

  @Override
  public Integer call() {
    String output = null;
    FileNames.warning().ifPresent(messages()::println);
    try {
      JobConf conf = arguments.load();
      check("--probe", probe);
      check("--trial", trial);
      output = conf.output().path();
      print(PlanText.configuration(arguments.settings(), allKeys));
      PlanResult result = result(conf);
      print(PlanText.of(result));
      return close(result.exit(), result, output);
    } catch (RefusedException e) {
      print(Refusal.lines("a run would do nothing", e.problems()));
      return close(ExitCode.REFUSED, PlanResult.EMPTY, output);
    } catch (Exception e) { // Spark throws checked exceptions without declaring them
      messages().println("The plan failed: " + Problems.firstLine(e));
      e.printStackTrace(messages());
      return close(ExitCode.BROKEN, PlanResult.EMPTY, output);
    }
  }

  private static void check(String option, int rows) {
    if (rows < 0) {
      throw new RefusedException(option + " is " + rows + ", expected a number of rows from 0");
    }
  }

  private PlanResult result(JobConf conf) throws IOException {
    ModelInfo.readAhead(conf.tasks().model());
    SparkSession spark = SparkSessions.open(conf.hadoop());
    try (QuerySettings queries = new QuerySettings(spark)) {
      return result(spark, conf, JobPlan.readOnly(spark, conf, queries));
    }
  }

  private PlanResult result(SparkSession spark, JobConf conf, JobPlan plan) throws IOException {
    print(plan.warnings().stream().map(warning -> "Warning: " + warning).toList());
    double startup = elapsed();
    ManifestSurvey survey = ManifestSurvey.of(spark, plan);
    Measured measured = new Measured(startup, elapsed() - startup);
    TrialResult probeResult =
        probe == 0 ? TrialResult.EMPTY : TrialResult.probe(spark, plan, probe);
    TrialResult trialResult =
        trial == 0 ? TrialResult.EMPTY : TrialResult.inpaint(spark, plan, trial);
    return new PlanResult(
        plan.rows(),
        plan.skipped(),
        new Limits(conf.tasks().lane().maxImages(), conf.maxFailedShare(), conf.plan().price()),
        survey,
        probeResult,
        trialResult,
        forecast(spark, conf, survey, trialResult, measured));
  }

  private static Optional<Forecast> forecast(
      SparkSession spark,
      JobConf conf,
      ManifestSurvey survey,
      TrialResult trial,
      Measured measured) {
    if (trial.isEmpty()) {
      return Optional.empty();
    }
    int devices =
        Objects.requireNonNullElseGet(
            conf.plan().devices(), () -> ModelProbe.devices(spark.sparkContext()));
    int fetches = conf.tasks().lane().fetches();
    return Optional.of(Forecast.of(survey, trial, measured, devices, fetches));
  }

  private void print(List<String> lines) {
    lines.forEach(messages()::println);
  }

  private PrintWriter messages() {
    return spec.commandLine().getErr();
  }

  private int close(ExitCode exit, PlanResult result, String output) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("status", exit.status());
    fields.putAll(result.fields());
    fields.put("seconds", Summary.rounded(elapsed()));
    fields.put("output", output);
    spec.commandLine().getOut().println(Summary.json(fields));
    return exit.code();
  }

  private double elapsed() {
    return Duration.between(start, Instant.now()).toMillis() / 1000.0;
  }
}
