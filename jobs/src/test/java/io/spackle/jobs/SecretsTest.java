package io.spackle.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets: number 92 of the list of bad inputs. */
class SecretsTest {

  private static final String WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  /** A part of all others. */
  private static final String SECRET = "s3cr3t";

  @TempDir Path folder;

  /** In a process of its own, to see all that it says and all that others see of it. */
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
      String said = run(rows);
      assertThat(said).contains("\"status\":\"done\",\"rows\":8,\"succeeded\":2");
      assertThat(host.authorizations()).hasSize(5);
      assertThat(said).doesNotContain(SECRET, WEBHOOK_SECRET.substring(6));
      assertThat(written()).doesNotContain(SECRET, WEBHOOK_SECRET.substring(6)).contains("***");
    }
  }

  @Test
  void b92_secretOnTheCommandLine_isRefusedAndNotPrinted() throws IOException {
    for (String argument :
        List.of("webhook.secret=" + WEBHOOK_SECRET, "webhook={secret = " + WEBHOOK_SECRET + "}")) {
      ByteArrayOutputStream said = new ByteArrayOutputStream();
      PrintStream out = new PrintStream(said, true, UTF_8);
      Path conf = Files.writeString(folder.resolve("job.conf"), JobResult.ownConf("rows.jsonl"));
      assertThat(InpaintJob.run(new String[] {conf.toString(), "-D", argument}, out, out))
          .isEqualTo(2);
      assertThat(said.toString(UTF_8))
          .contains("spackle.webhook.secret is on the command line")
          .doesNotContain(WEBHOOK_SECRET);
    }
  }

  @Test
  void b92_invalidSecret_isRefusedAndNotPrinted() throws IOException {
    JobResult end =
        JobResult.run(folder, "", "\nspackle.webhook.secret = \"whsec_" + SECRET + "\"\n");
    end.isRefused("spackle.webhook.secret cannot be used, whsec_ and 24 to 64 bytes", "job.conf: ");
    assertThat(end.messages()).doesNotContain(SECRET);
  }

  private static String secret(FaultyServer host, String path) {
    return host.url(path).replace("//", "//anna:" + SECRET + "@") + "?X-Signature=" + SECRET;
  }

  /** What the job says at level INFO, Spark included. */
  private String run(JobRows rows) throws Exception {
    Path conf = rows.writeJob("spackle.fetch.allow-private = [127.0.0.1, 127.0.0.2]\n" + QUICK);
    Path log = Files.writeString(folder.resolve("log4j2.properties"), LOG);
    Path said = folder.resolve("said.txt");
    ProcessBuilder java =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "-Xmx1g",
            "@" + Path.of("../conf/jvm.options").toAbsolutePath(),
            "-Dlog4j2.configurationFile=" + log,
            "-Dspark.driver.host=127.0.0.1",
            "-Dspark.ui.enabled=false",
            Main.class.getName(),
            "run",
            conf.toString());
    java.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    java.environment().put("SPACKLE_WEBHOOK_SECRET", WEBHOOK_SECRET);
    Process process = java.redirectErrorStream(true).redirectOutput(said.toFile()).start();
    String commandLine = String.join(" ", process.info().arguments().orElse(new String[0]));
    assertThat(process.waitFor()).as(Files.readString(said)).isZero();
    return commandLine + Files.readString(said);
  }

  private static final String QUICK =
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

  /** Meta rows, records of calls and the summary as text. */
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
