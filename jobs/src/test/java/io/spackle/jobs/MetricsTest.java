package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.metrics.SpacklePlugin;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Spark's Prometheus page during a job whose executor is a process of its own. */
@Timeout(600)
class MetricsTest {

  private static final int PAUSE_MILLIS = 500;

  /** The plugin's lines in conf/cluster/spark-defaults.conf. */
  private static final Pattern LINE =
      Pattern.compile("^(spark\\.(?:plugins|metrics)\\S*)\\s+(\\S+)$", Pattern.MULTILINE);

  @TempDir Path folder;

  @Test
  void driverPageShowsTheMetricsOfEachExecutor() throws Exception {
    JobRows rows = new JobRows(folder);
    CountDownLatch seen = new CountDownLatch(1);
    try (FaultyServer host = new FaultyServer();
        LocalCluster cluster = LocalCluster.withinDriver(folder.resolve("spark"), 1, 2)) {
      byte[] image = Files.readAllBytes(rows.file("photo.png"));
      host.on("/gone", 404, new byte[0]);
      host.on(
          "/late",
          exchange -> { // so that the job does not end before its metrics were seen
            await(seen);
            exchange.sendResponseHeaders(200, image.length);
            exchange.getResponseBody().write(image);
            exchange.close();
          });
      rows.row("a").row("b").row("gone", "init_image", host.url("/gone"));
      rows.row("late", "init_image", host.url("/late"));
      Path job = rows.writeJob("spackle { fetch { allow-private = [127.0.0.1], timeout = 9m } }");
      int port = freePort();
      settings().forEach(cluster::with);
      cluster.with("spark.ui.enabled", "true").with("spark.ui.port", String.valueOf(port));
      LocalCluster.Job running = cluster.start(job);
      String page = awaitPage(port, "executor_0_rows_succeeded_Value[^\n]* 2\\.0");
      seen.countDown();
      assertThat(page)
          .containsPattern("spackle_\\S*executor_0_rows_failed_fetch_not_found_Value\\S* 1\\.0")
          .containsPattern("executor_0_images_Value\\S* 2\\.0")
          .containsPattern("executor_0_batch_fill_Value\\S* 0\\.\\d+")
          .containsPattern("executor_0_stage_fetch_seconds_Value\\S* \\d")
          .containsPattern("executors_heard_of_Value\\S* 1")
          .contains(
              "spackle_rows_total{executor=\"0\",status=\"succeeded\"} 2.0",
              "spackle_rows_failed_total{executor=\"0\",code=\"FETCH_NOT_FOUND\"} 1.0",
              "spackle_images_total{executor=\"0\"} 2.0");
      assertThat(running.result().code()).isZero();
    }
  }

  private static Map<String, String> settings() throws IOException {
    Map<String, String> settings = new java.util.TreeMap<>();
    Matcher line = LINE.matcher(Files.readString(Path.of("../conf/cluster/spark-defaults.conf")));
    while (line.find()) {
      settings.put(line.group(1), line.group(2));
    }
    assertThat(settings).containsEntry("spark.plugins", SpacklePlugin.class.getName());
    return settings;
  }

  /** The page, once it matches a pattern. */
  private static String awaitPage(int port, String pattern) throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    URI page = URI.create("http://127.0.0.1:" + port + "/metrics/prometheus/");
    while (true) {
      try {
        String text =
            client.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString()).body();
        if (Pattern.compile(pattern).matcher(text).find()) {
          return text;
        }
      } catch (ConnectException e) {
        // The driver does not listen yet.
      }
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
