package io.spackle.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets: number 92 of the list of bad inputs. */
class SecretsTest {

  private static final String WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  /** Contained in all other secrets. */
  private static final String SECRET = "s3cr3t";

  @TempDir Path folder;

  /** In a process of its own, to see all of its logs and its command line. */
  @Test
  void b92_secretsOfUrlsAndWebhooks_areUsedAndNeverLoggedOrWritten() throws Exception {
    JobRows rows = new JobRows(folder);
    try (FaultyServer host = new FaultyServer()) {
      byte[] image = Files.readAllBytes(rows.file("photo.png"));
      host.on("/image", 200, image).on("/gone", 404, new byte[0]).on("/hook", 200, image);
      host.on("/away", 302, new byte[0], "Location", "http://10.0.0.1/?token=" + SECRET);
      host.on("/hook/away", 302, new byte[0], "Location", "/hook?token=" + SECRET);
      rows.row("ok", "init_image", secret(host, "/image"), "webhook", secret(host, "/hook"));
      rows.row("gone", "init_image", secret(host, "/gone"), "webhook", secret(host, "/hook/away"));
      rows.row("away", "init_image", secret(host, "/away"), "key", "API-" + SECRET);
      rows.row("forbidden", "init_image", "http://u:" + SECRET + "@10.0.0.1/?a=" + SECRET);
      rows.row("odd", "init_image", "http://u:" + SECRET + "/@host/\0?b=" + SECRET);
      rows.row("dead", "mask_image", "http://u:" + SECRET + "@127.0.0.2:1/?c=" + SECRET);
      rows.row("hook", "webhook", "http://u:" + SECRET + "@10.0.0.1/?d=" + SECRET);
      rows.line("{\"key\": \"" + SECRET + "\", \"init_image\": \"http://u:" + SECRET + "@h/\"");
      String log = run(rows);
      assertThat(log).contains("\"status\":\"done\",\"rows\":8,\"succeeded\":2");
      assertThat(host.authorizations()).hasSize(5);
      assertThat(log).doesNotContain(SECRET, WEBHOOK_SECRET.substring(6));
      assertThat(written()).doesNotContain(SECRET, WEBHOOK_SECRET.substring(6)).contains("***");
    }
  }

  @Test
  void b92_secretOnTheCommandLine_isRefusedAndNotPrinted() throws IOException {
    for (String argument :
        List.of("webhook.secret=" + WEBHOOK_SECRET, "webhook={secret = " + WEBHOOK_SECRET + "}")) {
      ByteArrayOutputStream log = new ByteArrayOutputStream();
      PrintStream out = new PrintStream(log, true, UTF_8);
      Path conf = Files.writeString(folder.resolve("job.conf"), JobResult.baseConf("rows.jsonl"));
      assertThat(InpaintJob.run(new String[] {conf.toString(), "-D", argument}, out, out))
          .isEqualTo(2);
      assertThat(log.toString(UTF_8))
          .contains("spackle.webhook.secret is on the command line")
          .doesNotContain(WEBHOOK_SECRET);
    }
  }

  @Test
  void b92_invalidSecret_isRefusedAndNotPrinted() throws IOException {
    JobResult result =
        JobResult.run(folder, "", "\nspackle.webhook.secret = \"whsec_" + SECRET + "\"\n");
    result.isRefused(
        "spackle.webhook.secret cannot be used, whsec_ and 24 to 64 bytes", "job.conf: ");
    assertThat(result.messages()).doesNotContain(SECRET);
  }

  private static String secret(FaultyServer host, String path) {
    return host.url(path).replace("//", "//anna:" + SECRET + "@") + "?X-Signature=" + SECRET;
  }

  /** Runs the job; returns its log at level INFO, Spark included, and its command line. */
  private String run(JobRows rows) throws Exception {
    Path conf =
        rows.writeJob(
            HEADERS + "spackle.fetch.allow-private = [127.0.0.1, 127.0.0.2]\n" + FEW_RETRIES);
    Path logging = Files.writeString(folder.resolve("log4j2.properties"), LOG);
    Path log = folder.resolve("log.txt");
    List<String> command = new ArrayList<>(ChildJvm.command("1g"));
    command.addAll(
        List.of(
            "-Dlog4j2.configurationFile=" + logging,
            "-Dspark.driver.host=127.0.0.1",
            "-Dspark.ui.enabled=false",
            Main.class.getName(),
            "run",
            conf.toString()));
    ProcessBuilder java = new ProcessBuilder(command);
    java.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    java.environment().put("SPACKLE_WEBHOOK_SECRET", WEBHOOK_SECRET);
    Process process = java.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    String commandLine = String.join(" ", process.info().arguments().orElse(new String[0]));
    assertThat(process.waitFor()).as(Files.readString(log)).isZero();
    return commandLine + Files.readString(log);
  }

  private static final String HEADERS =
      "spackle.fetch.headers { \"127.0.0.1\" { X-Token = " + SECRET + " } }\n";

  private static final String FEW_RETRIES =
      "spackle { fetch.retries = 0, webhook { retries = 0, timeout = 5s } }\n";

  private static final String LOG =
      """
      appender.console.type = Console
      appender.console.name = console
      appender.console.layout.type = PatternLayout
      appender.console.layout.pattern = %p %c: %m%n%ex
      rootLogger.level = info
      rootLogger.appenderRef.console.ref = console
      """;

  /** Meta rows, webhook records and the summary as text. */
  private String written() throws IOException {
    Path output = folder.resolve("out");
    StringBuilder all = new StringBuilder();
    TestSpark.session()
        .read()
        .parquet(output.resolve("meta").toString())
        .collectAsList()
        .forEach(row -> all.append(row.json()));
    try (Stream<Path> files = Files.list(output.resolve("webhooks"))) {
      for (Path file : files.toList()) {
        all.append(Files.readString(file));
      }
    }
    return all.append(Files.readString(output.resolve("summary.json"))).toString();
  }
}
