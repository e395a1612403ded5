package io.spackle.jobs;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The command lines of JVMs that tests start. */
final class ChildJvm {

  /**
   * For short lives on few cores: the optimizing compiler and a concurrent collector cost more than
   * they give, and to verify the classes of Spark takes a seventh of a job's time.
   */
  static final List<String> FLAGS =
      List.of(
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseSerialGC",
          "-XX:+UnlockDiagnosticVMOptions",
          "-XX:-BytecodeVerificationRemote");

  /** Settings of Spark for small queries: compiling their code takes longer than running it. */
  static final Map<String, String> INTERPRETED =
      Map.of(
          "spark.sql.codegen.wholeStage", "false",
          "spark.sql.codegen.factoryMode", "NO_CODEGEN",
          "spark.sql.ui.explainMode", "simple");

  private ChildJvm() {}

  /**
   * The start of a command, with the options that Spark needs.
   *
   * @param heap maximum size, such as 1g
   */
  static List<String> command(String heap) {
    Path options = Path.of("..", "conf", "jvm.options").toAbsolutePath().normalize();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(FLAGS);
    command.add("-Xmx" + heap);
    command.add("@" + options);
    return command;
  }
}
