package io.spackle.jobs;

import io.spackle.conf.ConfFile;
import io.spackle.conf.HomeFolder;
import io.spackle.jobs.driver.SparkSessions;
import io.spackle.jobs.driver.SparkSessions.HadoopOptions;
import io.spackle.jobs.run.ExitCode;
import io.spackle.report.Report;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code report}: rebuilds the report of an output folder. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description = "Rebuilds the report of a finished run.")
final class ReportCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "OUT", description = "The output folder of the run.")
  private String output;

  @Option(
      names = "--max-pictures",
      defaultValue = "200",
      description = "Maximum number of images in the report; default ${DEFAULT-VALUE}.")
  private int images;

  @Option(
      names = "--conf",
      paramLabel = "CONF",
      description = "The job's configuration, if OUT needs its hadoop.options.")
  private Path file;

  @Override
  public Integer call() throws IOException {
    try {
      String page = Report.write(SparkSessions.open(hadoop()), HomeFolder.resolved(output), images);
      spec.commandLine().getOut().println(page);
      return ExitCode.DONE.code();
    } catch (FileNotFoundException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return ExitCode.REFUSED.code();
    }
  }

  private HadoopOptions hadoop() {
    return ConfFile.load(
        Optional.ofNullable(file),
        Map.of(),
        reader -> new HadoopOptions(reader.options("hadoop.options")));
  }
}
