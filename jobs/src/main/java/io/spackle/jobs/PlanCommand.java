package io.spackle.jobs;

import io.spackle.conf.Problems;
import io.spackle.conf.RefusedException;
import io.spackle.jobs.conf.JobConf;
import io.spackle.jobs.driver.SparkSessions;
import io.spackle.jobs.dryrun.Forecast;
import io.spackle.jobs.dryrun.Forecast.Measured;
import io.spackle.jobs.dryrun.ManifestSurvey;
import io.spackle.jobs.dryrun.PlanResult;
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
 * What {@code run} would do, without doing it: nothing is written to the output, and no claim is
 * taken. A model that is not local is copied to this host's cache, as a run would.
 *
 * <p>Messages go to stderr. The last line on stdout is a JSON object, whatever happens; the exit
 * code is that of {@link ExitCode}.
 */
@Command(
    name = "plan",
    mixinStandardHelpOptions = true,
    description = "Checks a job and tells what run would do, without doing it.")
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
      description = "Paints N rows without keeping them, and forecasts time and cost.")
  private int trial;

  @Option(names = "--all-keys", description = "Shows keys of the configuration with defaults, too.")
  private boolean allKeys;

  private final Instant start = Instant.now();

  @Override
  public Integer call() {
    String output = null;
    try {
      JobConf conf = arguments.load();
      check("--probe", probe);
      check("--trial", trial);
      output = conf.output().path();
      tell(PlanText.configuration(arguments.settings(), allKeys));
      PlanResult result = result(conf);
      tell(PlanText.of(result));
      return close(result.exit(), result, output);
    } catch (RefusedException e) {
      tell(List.of("Refused, a run would do nothing:"));
      tell(e.problems().stream().map(problem -> "  - " + problem).toList());
      return close(ExitCode.REFUSED, PlanResult.NOTHING, output);
    } catch (Exception e) { // Spark throws checked exceptions undeclared
      messages().println("The plan broke: " + Problems.firstLine(e));
      e.printStackTrace(messages());
      return close(ExitCode.BROKEN, PlanResult.NOTHING, output);
    }
  }

  private static void check(String option, int rows) {
    if (rows < 0) {
      throw new RefusedException(option + " is " + rows + ", expected a number of rows from 0");
    }
  }

  private PlanResult result(JobConf conf) throws IOException {
    SparkSession spark = SparkSessions.open(conf.hadoop());
    JobPlan plan = JobPlan.untouched(spark, conf);
    double checked = elapsed();
    ManifestSurvey survey = ManifestSurvey.of(spark, plan);
    Measured measured = new Measured(checked, elapsed() - checked);
    TrialResult probed = probe == 0 ? TrialResult.NOTHING : TrialResult.look(spark, plan, probe);
    TrialResult tried = trial == 0 ? TrialResult.NOTHING : TrialResult.paint(spark, plan, trial);
    return new PlanResult(
        plan.rows(),
        conf.stage().lane().maxImages(),
        conf.maxFailedShare(),
        survey,
        probed,
        tried,
        forecast(spark, conf, survey, tried, measured),
        conf.plan().price());
  }

  private static Optional<Forecast> forecast(
      SparkSession spark,
      JobConf conf,
      ManifestSurvey survey,
      TrialResult tried,
      Measured measured) {
    if (tried.isEmpty()) {
      return Optional.empty();
    }
    int devices =
        Objects.requireNonNullElseGet(
            conf.plan().devices(), () -> ModelProbe.devices(spark.sparkContext()));
    int fetches = conf.stage().lane().fetches();
    return Optional.of(Forecast.of(survey, tried, measured, devices, fetches));
  }

  private void tell(List<String> lines) {
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
