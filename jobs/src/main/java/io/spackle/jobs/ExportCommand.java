package io.spackle.jobs;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.conf.HomeFolder;
import io.spackle.conf.RefusedException;
import io.spackle.jobs.conf.JobConf;
import io.spackle.jobs.driver.SparkSessions;
import io.spackle.jobs.export.DataSetFormat;
import io.spackle.jobs.export.Export;
import io.spackle.jobs.export.ExportOptions;
import io.spackle.jobs.run.ExitCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The command {@code export}: makes a data set of the results of a job. The output is not changed.
 *
 * <p>The last line on stdout is the content of {@code dataset.json}.
 */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = "Makes a data set of inputs and results of a finished run.")
final class ExportCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private JobArguments arguments = new JobArguments();

  @Option(
      names = "--to",
      paramLabel = "DIR",
      required = true,
      description = "Folder of the data set: a new one, or that of an earlier export.")
  private String to;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      required = true,
      description = "viton: folders as in VITON-HD; webdataset: tar files.")
  private DataSetFormat format;

  @Option(
      names = "--test-share",
      paramLabel = "SHARE",
      defaultValue = "0.1",
      description = "Share of the garments in the test split; default ${DEFAULT-VALUE}.")
  private double testShare;

  @Option(
      names = "--without",
      paramLabel = "NOTE",
      split = ",",
      defaultValue = "MASK_EMPTY,NSFW_CONTENT_DETECTED,QUALITY_LOW",
      description = "Leaves rows with these notes out; default ${DEFAULT-VALUE}.")
  private List<String> without = new ArrayList<>();

  @Option(
      names = "--per-shard",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Maximum number of samples in a tar file; default ${DEFAULT-VALUE}.")
  private int perShard;

  @Override
  public Integer call() throws IOException {
    try {
      JobConf conf = arguments.load();
      ExportOptions options =
          new ExportOptions(format, HomeFolder.resolved(to), testShare, without, perShard);
      Map<String, Object> description =
          Export.write(SparkSessions.open(conf.hadoop()), conf, options);
      spec.commandLine().getOut().println(new ObjectMapper().writeValueAsString(description));
      return ExitCode.DONE.code();
    } catch (RefusedException e) {
      Refusal.lines("nothing was written", e.problems())
          .forEach(spec.commandLine().getErr()::println);
      return ExitCode.REFUSED.code();
    }
  }
}
