package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NotebooksTest {

  private static final Path NOTEBOOKS = Path.of("../notebooks").toAbsolutePath().normalize();

  @TempDir Path folder;

  /** In a process of its own, as users run them: without a Spark session that tests have opened. */
  @Test
  void allCellsRunAndGiveTheStoredOutputs() throws Exception {
    List<String> command = ChildJvm.command("1g");
    command.add("-Dlog4j2.configurationFile=" + NOTEBOOKS.resolve("../conf/log4j2.properties"));
    ChildJvm.INTERPRETED.forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.add(Notebook.class.getName());
    command.addAll(notebooks());
    Path messages = folder.resolve("messages");
    ProcessBuilder java =
        new ProcessBuilder(command)
            .directory(NOTEBOOKS.toFile())
            .redirectErrorStream(true)
            .redirectOutput(messages.toFile());
    java.environment()
        .put(
            "CLASSPATH",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    java.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    Process process = java.start();
    try {
      assertThat(process.waitFor(10, TimeUnit.MINUTES)).as("ended in time").isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(messages)).isZero();
  }

  private static List<String> notebooks() throws IOException {
    try (Stream<Path> files = Files.list(NOTEBOOKS)) {
      List<String> found =
          files
              .map(Path::toString)
              .filter(name -> name.endsWith(".ipynb"))
              .filter(name -> !name.endsWith("python.ipynb")) // python/test runs it
              .sorted()
              .toList();
      assertThat(found).isNotEmpty();
      return found;
    }
  }
}
