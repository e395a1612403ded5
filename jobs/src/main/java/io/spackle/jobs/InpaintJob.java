package io.spackle.jobs;

import io.spackle.conf.HomeFolder;
import io.spackle.conf.Problems;
import io.spackle.conf.RefusedException;
import io.spackle.jobs.conf.JobConf;
import io.spackle.jobs.driver.Interruption;
import io.spackle.jobs.driver.SparkSessions;
import io.spackle.jobs.driver.SparkSessions.QuerySettings;
import io.spackle.jobs.lease.Lease;
import io.spackle.jobs.run.ExitCode;
import io.spackle.jobs.run.JobPlan;
import io.spackle.jobs.run.JobRun;
import io.spackle.jobs.run.Summary;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * The command {@code run}, also the main class for spark-submit: inpaints the rows of a manifest or
 * a folder of images.
 *
 * <p>Messages go to stderr. The last line on stdout is always a JSON object; {@link ExitCode} lists
 * the exit codes.
 */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = "Inpaints the rows of a manifest, or a folder of images, on Apache Spark.")
public final class InpaintJob implements Callable<Integer> {

  @Mixin private JobArguments arguments = new JobArguments();

  private final PrintStream out;
  private final PrintStream messages;
  private final Interruption interruption;
  private final Instant start = Instant.now();

  /** A job that prints to stdout and stderr. */
  public InpaintJob() {
    this(System.out, System.err, Interruption.none());
  }

  private InpaintJob(PrintStream out, PrintStream messages, Interruption interruption) {
    this.out = out;
    this.messages = messages;
    this.interruption = interruption;
  }

  /** Runs the command and exits. */
  public static void main(String[] args) {
    int code = run(args, new InpaintJob(System.out, System.err, Interruption.bySignals()));
    SparkSessions.stop();
    // A YARN application whose driver exits by itself counts as failed, even with 0.
    if (code != ExitCode.DONE.code()) {
      System.exit(code);
    }
  }

  /** Runs the command and returns its exit code. */
  static int run(String[] args, PrintStream out, PrintStream messages) {
    return run(args, new InpaintJob(out, messages, Interruption.none()));
  }

  private static int run(String[] args, InpaintJob job) {
    return new CommandLine(job)
        .registerConverter(Path.class, HomeFolder::path)
        .setParameterExceptionHandler((e, arguments) -> job.refuse(List.of(e.getMessage()), null))
        .execute(args);
  }

  @Override
  public Integer call() {
    String output = null;
    FileNames.warning().ifPresent(messages::println);
    try {
      JobConf conf = arguments.load();
      output = conf.output().path();
      return close(run(conf));
    } catch (RefusedException e) {
      return interruption.isRequested() ? interrupted(output) : refuse(e.problems(), output);
    } catch (Lease.LostException e) {
      messages.println("The run was stopped: " + e.getMessage());
      return close(Summary.empty(ExitCode.BROKEN, output, elapsed()));
    } catch (Exception e) { // Spark throws checked exceptions without declaring them
      if (interruption.isRequested()) {
        return interrupted(output);
      }
      messages.println("The job failed: " + Problems.firstLine(e));
      e.printStackTrace(messages);
      return close(Summary.empty(ExitCode.BROKEN, output, elapsed()));
    }
  }

  private Summary run(JobConf conf) throws Exception {
    SparkSession spark = SparkSessions.open(conf.hadoop());
    if (conf.tasks().model().labels().note() != null) {
      messages.println("Note: " + conf.tasks().model().labels().note());
    }
    try (QuerySettings queries = new QuerySettings(spark)) {
      JobPlan plan = plan(spark, conf, queries);
      plan.warnings().forEach(warning -> messages.println("Warning: " + warning));
      return new JobRun(spark, plan, messages, start, interruption).execute();
    }
  }

  private JobPlan plan(SparkSession spark, JobConf conf, QuerySettings queries) {
    try (Interruption.Abandonable planning = interruption.abandonable(spark.sparkContext())) {
      return JobPlan.of(spark, conf, queries);
    }
  }

  /** The end of a command that had not begun to process rows. */
  private int interrupted(String output) {
    messages.println("Interrupted before the first row: run the same command again to start.");
    ExitCode exit = ExitCode.of(interruption.requested().orElseThrow());
    return close(Summary.empty(exit, output, elapsed()));
  }

  private int refuse(List<String> problems, String output) {
    Refusal.lines("nothing was done", problems).forEach(messages::println);
    return close(Summary.empty(ExitCode.REFUSED, output, elapsed()));
  }

  private int close(Summary summary) {
    out.println(summary.line());
    return summary.exit().code();
  }

  private Duration elapsed() {
    return Duration.between(start, Instant.now());
  }
}
