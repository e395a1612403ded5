package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NotebooksTest {

  private static final Path NOTEBOOKS = Path.of("../notebooks").toAbsolutePath().normalize();

  @TempDir Path folder;

  /** In a process of its own, as people run them: with no session that tests have opened. */
  @Test
  void allCellsRunAndGiveTheStoredOutputs() throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + NOTEBOOKS.resolve("../conf/jvm.options"),
                "-Xmx1g",
                "-XX:TieredStopAtLevel=1", // a minute is too short for more
                "-Dlog4j2.configurationFile=" + NOTEBOOKS.resolve("../conf/log4j2.properties"),
                Notebook.class.getName()));
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
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("ended in time").isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(messages)).isZero();
  }

  private static List<String> notebooks() throws IOException {
    try (Stream<Path> files = Files.list(NOTEBOOKS)) {
      List<String> found =
          files.map(Path::toString).filter(name -> name.endsWith(".ipynb")).sorted().toList();
      assertThat(found).isNotEmpty();
      return found;
    }
  }
}
