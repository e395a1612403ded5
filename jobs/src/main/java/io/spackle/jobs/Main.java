package io.spackle.jobs;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** All commands of Spackle. */
@Command(
    name = "spackle",
    description = "Batch inpainting on Apache Spark.",
    mixinStandardHelpOptions = true,
    subcommands = {InpaintJob.class, InpaintCommand.class, ModelsCommand.class})
public final class Main {

  private Main() {}

  /** Runs the command named first. */
  public static void main(String[] args) {
    int code = new CommandLine(new Main()).execute(args);
    Sessions.stop();
    System.exit(code);
  }
}
