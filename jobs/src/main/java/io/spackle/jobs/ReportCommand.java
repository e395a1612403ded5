package io.spackle.jobs;

import io.spackle.report.Report;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Rebuilds the report of an output folder. */
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
      description = "Pictures that the page shows, at most; default ${DEFAULT-VALUE}.")
  private int pictures;

  @Override
  public Integer call() throws IOException {
    try {
      String page = Report.write(Sessions.open(), output, pictures);
      spec.commandLine().getOut().println(page);
      return ExitCode.DONE.code();
    } catch (FileNotFoundException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return ExitCode.REFUSED.code();
    }
  }
}
