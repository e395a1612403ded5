package io.spackle.jobs;

import io.spackle.conf.HomeFolder;
import io.spackle.conf.Problems;
import io.spackle.jobs.driver.SparkSessions;
import io.spackle.jobs.run.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line of Spackle, with all its commands. */
@Command(
    name = "spackle",
    description = "Batch inpainting on Apache Spark.",
    footer = {
      "",
      "A folder of images needs no configuration file:",
      "  spackle run --images DIR --masks DIR --out DIR --model DIR"
    },
    mixinStandardHelpOptions = true,
    subcommands = {
      InpaintJob.class,
      PlanCommand.class,
      ExportCommand.class,
      InpaintCommand.class,
      ModelsCommand.class,
      ReportCommand.class
    })
public final class Main {

  private Main() {}

  /** Runs a command and exits with its code. */
  public static void main(String[] args) {
    int code = commands().execute(args);
    SparkSessions.stop();
    System.exit(code);
  }

  /** The parser of the command line, for programs and notebooks that run commands themselves. */
  public static CommandLine commands() {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .registerConverter(Path.class, HomeFolder::path)
        .setExecutionExceptionHandler((e, command, parsed) -> failed(e, command.getErr()));
  }

  /** Prints a stack trace for unexpected exceptions only, not for unusable files. */
  private static int failed(Exception e, PrintWriter messages) {
    messages.println("The command failed: " + Problems.firstLine(e));
    if (!(e instanceof IOException || e instanceof UncheckedIOException)) {
      e.printStackTrace(messages);
    }
    return ExitCode.BROKEN.code();
  }
}
