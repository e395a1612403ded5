package io.spackle.jobs;

import io.spackle.conf.Problems;
import io.spackle.jobs.driver.SparkSessions;
import io.spackle.jobs.run.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** All commands of Spackle. */
@Command(
    name = "spackle",
    description = "Batch inpainting on Apache Spark.",
    mixinStandardHelpOptions = true,
    subcommands = {
      InpaintJob.class,
      PlanCommand.class,
      InpaintCommand.class,
      ModelsCommand.class,
      ReportCommand.class
    })
public final class Main {

  private Main() {}

  /** Runs the command named first. */
  public static void main(String[] args) {
    int code = commands().execute(args);
    SparkSessions.stop();
    System.exit(code);
  }

  /** All commands, ready to run. */
  static CommandLine commands() {
    return new CommandLine(new Main())
        .setExecutionExceptionHandler((e, command, parsed) -> broken(e, command.getErr()));
  }

  /** A stack trace is for what we did not foresee; files that cannot be used are no news. */
  private static int broken(Exception e, PrintWriter messages) {
    messages.println("The command broke: " + Problems.firstLine(e));
    if (!(e instanceof IOException || e instanceof UncheckedIOException)) {
      e.printStackTrace(messages);
    }
    return ExitCode.BROKEN.code();
  }
}
