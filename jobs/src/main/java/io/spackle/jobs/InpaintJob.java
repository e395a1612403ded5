package io.spackle.jobs;

import io.spackle.conf.HomeFolder;
import io.spackle.conf.ModelInfo;
import io.spackle.conf.Problems;
import io.spackle.conf.RefusedException;
import io.spackle.jobs.conf.JobConf;
import io.spackle.jobs.driver.Interruption;
import io.spackle.jobs.driver.SparkSessions;
import io.spackle.jobs.lease.Lease;
import io.spackle.jobs.run.ExitCode;
import io.spackle.jobs.run.FollowedBatch;
import io.spackle.jobs.run.Following;
import io.spackle.jobs.run.Runs;
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
import picocli.CommandLine.Option;

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

  @Option(
      names = "--follow",
      description =
          "Takes the files that appear in manifest.path, until it is ended, see docs/operations.md.")
  private boolean isFollowing;

  @Option(
      names = "--available-now",
      description = "With --follow: takes the files that are there and new, and ends.")
  private boolean isAvailableNow;

  private final PrintStream out;
  private final PrintStream messages;
  private final Interruption interruption;
  private final Instant start = Instant.now();

  /** The output's location, once it is known. */
  private String output;

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
        .setParameterExceptionHandler(
            (e, arguments) -> job.close(job.refused(List.of(e.getMessage()), job.start)))
        .execute(args);
  }

  @Override
  public Integer call() {
    FileNames.warning().ifPresent(messages::println);
    return close(attempt(this::run, start));
  }

  /** A job, a batch or a command of several batches. */
  @FunctionalInterface
  private interface Attempt {
    Summary run() throws Exception; // Spark throws checked exceptions without declaring them
  }

  /** Runs something; what ends it early is told. */
  private Summary attempt(Attempt attempt, Instant begun) {
    try {
      return attempt.run();
    } catch (RefusedException e) {
      return interruption.isRequested() ? interrupted(begun) : refused(e.problems(), begun);
    } catch (Lease.LostException e) {
      messages.println("The run was stopped: " + e.getMessage());
      return empty(ExitCode.BROKEN, begun);
    } catch (Exception e) {
      if (interruption.isRequested()) {
        return interrupted(begun);
      }
      messages.println("The job failed: " + Problems.firstLine(e));
      e.printStackTrace(messages);
      return empty(ExitCode.BROKEN, begun);
    }
  }

  private Summary run() throws Exception {
    if (isAvailableNow && !isFollowing) {
      throw new RefusedException("--available-now is given without --follow, expected both");
    }
    JobConf conf = arguments.load();
    output = conf.output().path();
    ModelInfo.readAhead(conf.tasks().model());
    SparkSession spark = SparkSessions.open(conf.hadoop());
    if (conf.tasks().model().labels().note() != null) {
      messages.println("Note: " + conf.tasks().model().labels().note());
    }
    Runs runs = new Runs(spark, messages, interruption);
    return isFollowing ? follow(conf, runs) : runs.run(conf, start);
  }

  private Summary follow(JobConf conf, Runs runs) {
    Following following =
        new Following(
            conf, runs.spark().sparkContext().hadoopConfiguration(), messages, interruption);
    Summary all =
        isAvailableNow
            ? following.availableNow((job, batch) -> run(runs, job, batch))
            : following.continuously((job, batch) -> printed(run(runs, job, batch)));
    return all.lasting(elapsed(start));
  }

  private Summary run(Runs runs, JobConf job, FollowedBatch batch) {
    Instant begun = Instant.now();
    return attempt(() -> runs.run(job, begun, batch), begun);
  }

  /** The end of a command or batch that had not begun to process rows. */
  private Summary interrupted(Instant begun) {
    messages.println("Interrupted before the first row: run the same command again to start.");
    return empty(ExitCode.of(interruption.requested().orElseThrow()), begun);
  }

  private Summary refused(List<String> problems, Instant begun) {
    Refusal.lines("nothing was done", problems).forEach(messages::println);
    return empty(ExitCode.REFUSED, begun);
  }

  private Summary empty(ExitCode exit, Instant begun) {
    return Summary.empty(exit, output, elapsed(begun));
  }

  private Summary printed(Summary summary) {
    out.println(summary.line());
    return summary;
  }

  private int close(Summary summary) {
    return printed(summary).exit().code();
  }

  private static Duration elapsed(Instant begun) {
    return Duration.between(begun, Instant.now());
  }
}
