package io.spackle.jobs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * A job in a process of its own, and everything that it shows or leaves: its log, its command line,
 * the plans in Spark's UI, the event log, its temporary files, and its work list while it runs.
 */
final class SecretsJob implements AutoCloseable {

  private static final String LOG =
      """
      appender.console.type = Console
      appender.console.name = console
      appender.console.layout.type = PatternLayout
      appender.console.layout.pattern = %p %c: %m%n%ex
      rootLogger.level = info
      rootLogger.appenderRef.console.ref = console
      """;

  private final Path folder;
  private final Map<String, String> environment;
  private final int port;
  private Process process;
  private volatile String plans;
  private volatile String workListPermissions;

  /**
   * @param folder of the job; its output is {@code out}
   */
  SecretsJob(Path folder, Map<String, String> environment) throws IOException {
    this.folder = folder;
    this.environment = environment;
    try (ServerSocket free = new ServerSocket(0)) {
      this.port = free.getLocalPort();
    }
    Files.createDirectories(temporaryFiles());
    Files.createDirectories(folder.resolve("events"));
  }

  /** Runs the job; returns its log at level INFO, Spark included, and its command line. */
  String run(Path conf) throws Exception {
    Path logging = Files.writeString(folder.resolve("log4j2.properties"), LOG);
    Path log = folder.resolve("log.txt");
    List<String> command = new ArrayList<>(ChildJvm.command("1g"));
    command.addAll(
        List.of(
            "-Dlog4j2.configurationFile=" + logging,
            "-Djava.io.tmpdir=" + temporaryFiles(),
            "-Dspark.local.dir=" + temporaryFiles(),
            "-Dspark.driver.host=127.0.0.1",
            "-Dspark.ui.port=" + port,
            "-Dspark.eventLog.enabled=true",
            "-Dspark.eventLog.compress=false",
            "-Dspark.eventLog.dir=" + folder.resolve("events").toUri(),
            Main.class.getName(),
            "run",
            conf.toString()));
    ProcessBuilder java = new ProcessBuilder(command);
    java.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    java.environment().putAll(environment);
    process = java.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    String commandLine = String.join(" ", process.info().arguments().orElse(new String[0]));
    assertThat(process.waitFor()).as(Files.readString(log)).isZero();
    return commandLine + Files.readString(log);
  }

  /** A webhook's receiver: the first call looks at the UI and at the work list. */
  HttpHandler observingOnce() {
    AtomicBoolean isObserved = new AtomicBoolean();
    return exchange -> {
      if (!isObserved.getAndSet(true)) {
        String applications = get("/api/v1/applications");
        String id = applications.replaceFirst("(?s).*\"id\" : \"([^\"]+)\".*", "$1");
        plans =
            applications
                + get("/api/v1/applications/" + id + "/sql?details=true&length=1000")
                + get("/api/v1/applications/" + id + "/environment");
        copyWorkList();
      }
      exchange.sendResponseHeaders(200, -1);
    };
  }

  /** The plans of all queries and the settings, as Spark's UI showed them. */
  String plans() {
    return plans;
  }

  String eventLog() throws IOException {
    StringBuilder all = new StringBuilder();
    for (Path file : files(folder.resolve("events"))) {
      all.append(Files.readString(file));
    }
    return all.toString();
  }

  Path temporaryFiles() {
    return folder.resolve("tmp");
  }

  /** A copy of the work list, as it was while the job ran. */
  Path workList() {
    return folder.resolve("work-list");
  }

  /** The permissions of the folder that the work list was in. */
  String workListPermissions() {
    return workListPermissions;
  }

  /** The files below a folder whose bytes or names contain one of some texts. */
  static List<Path> withSecrets(Path folder, String... secrets) throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path file : files(folder)) {
      String content = file + new String(Files.readAllBytes(file), ISO_8859_1);
      if (Stream.of(secrets).anyMatch(content::contains)) {
        found.add(file);
      }
    }
    return found;
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  private void copyWorkList() throws IOException {
    Path work;
    try (Stream<Path> files = Files.list(folder.resolve("out"))) {
      work =
          files
              .filter(file -> file.getFileName().toString().startsWith(".spackle-work"))
              .findAny()
              .orElseThrow();
    }
    workListPermissions = PosixFilePermissions.toString(Files.getPosixFilePermissions(work));
    Files.createDirectories(workList());
    for (Path file : files(work.resolve("work"))) {
      Files.copy(file, workList().resolve(file.getFileName()));
    }
  }

  private String get(String path) throws IOException {
    return new String(
        URI.create("http://127.0.0.1:" + port + path).toURL().openStream().readAllBytes(), UTF_8);
  }

  @Override
  public void close() {
    if (process != null) {
      process.destroyForcibly();
    }
  }
}
