package io.spackle.graph;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The end of a process while ONNX Runtime computes. */
@Timeout(120)
class ProcessEndIT {

  private static final int TERMINATED = 128 + 15;

  @TempDir Path folder;

  @RepeatedTest(4)
  void aSignalEndsTheProcessAndDoesNotCrashIt() throws Exception {
    Process process = start();
    assertThat(process.inputReader(UTF_8).readLine()).isEqualTo("running");
    Thread.sleep(100); // the large runs have begun
    process.destroy();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(messages())).isEqualTo(TERMINATED);
    assertThat(Files.readString(messages())).isEmpty();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).as("no report of a crash").containsExactly(messages());
    }
  }

  private Process start() throws IOException {
    ProcessBuilder process =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dbundles.dir=" + Path.of(System.getProperty("bundles.dir")).toAbsolutePath(),
                EndlessRuns.class.getName()));
    // Not with -cp: a command line longer than 4 KiB crashes ONNX Runtime.
    process.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    process.environment().put("ORT_DISABLE_TELEMETRY", "1");
    return process.directory(folder.toFile()).redirectError(messages().toFile()).start();
  }

  private Path messages() {
    return folder.resolve("messages");
  }
}
