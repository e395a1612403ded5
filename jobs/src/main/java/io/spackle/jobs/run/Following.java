package io.spackle.jobs.run;

import io.spackle.conf.Problems;
import io.spackle.conf.RefusedException;
import io.spackle.jobs.conf.JobConf;
import io.spackle.jobs.driver.Interruption;
import io.spackle.jobs.files.StoreProbe;
import io.spackle.jobs.manifest.FileManifest;
import io.spackle.jobs.output.OutputFolder;
import io.spackle.jobs.output.OutputFolder.Mode;
import io.spackle.jobs.output.TakenFiles;
import io.spackle.jobs.output.TakenFiles.Taken;
import io.spackle.jobs.run.FollowedBatch.Again;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;

/** The taking of manifest files as they come, in batches, each of which is a run. */
public final class Following {

  /** Rows whose failure may pass would fail again at once. */
  private static final Duration RETRY_PAUSE = Duration.ofMinutes(5);

  private final JobConf conf;
  private final FileManifest manifest;
  private final Configuration hadoop;
  private final Environment environment;
  private final OutputFolder output;
  private final TakenFiles record;
  private Mode mode;
  private Instant nextRetry = Instant.MIN;

  /**
   * What a command has besides its job.
   *
   * @param messages for the user
   * @param interruption ends the waiting for files
   * @param retryPause the least time between two batches with files that were taken before
   */
  record Environment(PrintStream messages, Interruption interruption, Duration retryPause) {}

  /**
   * @throws RefusedException if the input of the job is none of files of rows, or its output cannot
   *     be reached
   */
  public Following(
      JobConf conf, Configuration hadoop, PrintStream messages, Interruption interruption) {
    this(conf, hadoop, new Environment(messages, interruption, RETRY_PAUSE));
  }

  Following(JobConf conf, Configuration hadoop, Environment environment) {
    if (!(conf.manifest() instanceof FileManifest files)) {
      throw new RefusedException(
          "--follow is given, but spackle.manifest.path is not set, and only files of rows can be followed: run the job again and again without --follow, a run processes only what is new");
    }
    this.conf = conf;
    this.manifest = files;
    this.hadoop = hadoop;
    this.environment = environment;
    Problems problems = new Problems();
    String location = conf.output().path();
    this.output =
        problems.attempt(
            "spackle.output.path " + location + " cannot be used",
            () -> OutputFolder.of(location, hadoop));
    problems.refuse();
    this.record = TakenFiles.of(output, hadoop);
    this.mode = conf.output().mode();
  }

  /** A run of the job with the files of a batch as its input. */
  @FunctionalInterface
  public interface BatchRun {
    Summary run(JobConf conf, FollowedBatch batch);
  }

  /**
   * Takes the files that are there and new, if any, as one batch.
   *
   * @throws RefusedException if files or their record cannot be read
   */
  public Summary availableNow(BatchRun run) {
    FollowedBatch batch = first();
    if (batch.isEmpty()) {
      tell("No new files in %s");
      return empty(ExitCode.DONE);
    }
    return run(batch, run);
  }

  /**
   * Takes files until interrupted, or until a batch is refused or broken.
   *
   * @return the sum of all batches, with the end of the last one
   * @throws RefusedException if files or their record cannot be read at first; later that is told,
   *     and tried again
   */
  public Summary continuously(BatchRun run) {
    Summary total = empty(ExitCode.DONE);
    tell("Looking for new files in %s from now on; Ctrl-C ends it");
    FollowedBatch batch = first();
    while (true) {
      if (!batch.isEmpty()) {
        Summary summary = run(batch, run);
        total = total.plus(summary);
        if (summary.exit() != ExitCode.DONE && summary.exit() != ExitCode.FAILURES) {
          return total;
        }
      }
      if (environment.interruption().await(manifest.followInterval())) {
        tell("Interrupted between two batches of %s: run the same command again to go on");
        return total.plus(empty(ExitCode.of(environment.interruption().requested().orElseThrow())));
      }
      batch = next();
    }
  }

  private Summary run(FollowedBatch batch, BatchRun run) {
    String again = batch.seen() == 0 ? "" : ", and %d again".formatted(batch.seen());
    tell("Taking files of %s: %d new%s", batch.added(), again);
    Summary summary = run.run(conf.with(batch.of(manifest), mode), batch);
    mode = Mode.RESUME; // from now on there are results of this command
    return summary;
  }

  private FollowedBatch first() {
    List<String> problems =
        StoreProbe.problems(
            Map.of("manifest.path", manifest.path(), "output.path", conf.output().path()), hadoop);
    if (!problems.isEmpty()) {
      throw new RefusedException(problems);
    }
    try {
      Again again = again();
      return select(conf.output().rows().retries().areRequested() ? Again.ALL : again);
    } catch (IOException | IllegalArgumentException e) {
      throw new RefusedException(
          "the files of %s cannot be compared with those that %s has: %s"
              .formatted(manifest.description(), output, Problems.firstLine(e)));
    }
  }

  private FollowedBatch next() {
    try {
      return select(again());
    } catch (IOException e) {
      tell("New files of %s cannot be looked for, which is tried again: %s", Problems.firstLine(e));
      return FollowedBatch.EMPTY;
    }
  }

  private Again again() {
    Instant now = Instant.now();
    if (now.isBefore(nextRetry)) {
      return Again.NONE;
    }
    nextRetry = now.plus(environment.retryPause());
    return Again.UNFINISHED;
  }

  private FollowedBatch select(Again again) throws IOException {
    List<FileStatus> listed = manifest.listed(hadoop);
    Map<String, Taken> taken = record.read();
    boolean isKept = mode != Mode.OVERWRITE && output.hasRows();
    return FollowedBatch.of(listed, isKept ? taken : Map.of(), again, record);
  }

  private Summary empty(ExitCode exit) {
    return Summary.empty(exit, conf.output().path(), Duration.ZERO);
  }

  /** Prints a line that names the manifest first, or at the first place. */
  private void tell(String format, Object... arguments) {
    Object[] all = Stream.concat(Stream.of(manifest.description()), Stream.of(arguments)).toArray();
    environment.messages().println(format.formatted(all));
  }
}
