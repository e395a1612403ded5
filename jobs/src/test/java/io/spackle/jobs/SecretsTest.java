package io.spackle.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets: number 92 of the list of bad inputs. */
class SecretsTest {

  private static final String WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  /** Contained in all other secrets. */
  private static final String SECRET = "s3cr3t";

  private static final String[] SECRETS = {SECRET, WEBHOOK_SECRET.substring(6)};

  @TempDir Path folder;

  /** In a process of its own, to see all of its logs, its command line and its files. */
  @Test
  void b92_secretsOfUrlsAndWebhooks_areUsedAndNeverLoggedOrWritten() throws Exception {
    JobRows rows = new JobRows(folder);
    try (FaultyServer host = new FaultyServer();
        SecretsJob job = new SecretsJob(folder, Map.of("SPACKLE_WEBHOOK_SECRET", WEBHOOK_SECRET))) {
      byte[] image = Files.readAllBytes(rows.file("photo.png"));
      host.on("/image", 200, image).on("/gone", 404, new byte[0]);
      host.on("/base/image", 200, image).on("/hook", job.observingOnce());
      host.on("/away", 302, new byte[0], "Location", "http://10.0.0.1/?token=" + SECRET);
      host.on("/hook/away", 302, new byte[0], "Location", "/hook?token=" + SECRET);
      rows.row("ok", "init_image", secret(host, "/image"), "webhook", secret(host, "/hook"));
      rows.row("gone", "init_image", secret(host, "/gone"), "webhook", secret(host, "/hook/away"));
      rows.row("away", "init_image", secret(host, "/away"), "key", "API-" + SECRET);
      rows.row("relative", "init_image", "image");
      rows.row("forbidden", "init_image", "http://u:" + SECRET + "@10.0.0.1/?a=" + SECRET);
      rows.row("odd", "init_image", "http://u:" + SECRET + "/@host/\0?b=" + SECRET);
      rows.row("dead", "mask_image", "http://u:" + SECRET + "@127.0.0.2:1/?c=" + SECRET);
      rows.row("hook", "webhook", "http://u:" + SECRET + "@10.0.0.1/?d=" + SECRET);
      rows.line("{\"key\": \"API-" + SECRET + "\", \"init_image\": \"http://u:" + SECRET + "@h/\"");
      String base = "spackle.manifest.base = \"" + secret(host, "/base").split("\\?")[0] + "\"\n";
      String log = job.run(rows.writeJob(base + REPORT + HEADERS + PRIVATE_HOSTS + FEW_RETRIES));
      assertThat(log).contains("\"status\":\"done\",\"rows\":9,\"succeeded\":3");
      assertThat(host.authorizations()).hasSize(6);
      assertThat(log).doesNotContain(SECRETS);
      assertThat(job.plans()).contains("HashAggregate", "Scan").doesNotContain(SECRETS);
      assertThat(job.eventLog()).contains("SparkListenerJobStart").doesNotContain(SECRETS);
      assertThat(written()).doesNotContain(SECRETS).contains("***");
      assertThat(SecretsJob.withSecrets(folder.resolve("out"), SECRETS)).isEmpty();
      assertThat(SecretsJob.withSecrets(job.temporaryFiles(), SECRETS)).isEmpty();
      checkWorkList(job);
    }
  }

  /** The only file with signed locations is there while the job runs, for itself alone. */
  private void checkWorkList(SecretsJob job) throws IOException {
    assertThat(job.workListPermissions()).isEqualTo("rwx------");
    List<Row> listed =
        TestSpark.session().read().parquet(job.workList().toString()).collectAsList();
    assertThat(listed).hasSize(9);
    assertThat(listed.toString())
        .contains("X-Signature=" + SECRET)
        .doesNotContain("API-" + SECRET, "@h/");
    try (Stream<Path> files = Files.list(folder.resolve("out"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("images", "meta", "report", "summary.json", "webhooks");
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

  private static final String REPORT = "spackle.report.enabled = true\n";

  private static final String HEADERS =
      "spackle.fetch.headers { \"127.0.0.1\" { X-Token = " + SECRET + " } }\n";

  private static final String PRIVATE_HOSTS =
      "spackle.fetch.allow-private = [127.0.0.1, 127.0.0.2]\n";

  private static final String FEW_RETRIES =
      "spackle { fetch.retries = 0, webhook { retries = 0, timeout = 5s } }\n";

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
