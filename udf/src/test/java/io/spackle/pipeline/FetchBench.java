package io.spackle.pipeline;

import com.sun.net.httpserver.HttpServer;
import io.spackle.lane.FakeInpainter;
import io.spackle.row.ManifestRow;
import io.spackle.row.RowMask;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/**
 * Measures the rows per second of a task with a model that costs nothing, whose photos are on a
 * host that answers after a while: with a fixed number of rows in flight, and as many as the lane
 * needs. Then with a second host, of every other photo, that asks for pauses.
 *
 * <p>Arguments: latency of the host in milliseconds, images per batch, fetch slots, rows.
 */
final class FetchBench {

  private static final int BATCHES = 3;
  private static final String MASK =
      Base64.getEncoder().encodeToString(TestImages.files().get(TestImages.HALF));

  private final int latency;
  private final int batch;
  private final int fetches;
  private final int rows;

  private FetchBench(int latency, int batch, int fetches, int rows) {
    this.latency = latency;
    this.batch = batch;
    this.fetches = fetches;
    this.rows = rows;
  }

  public static void main(String[] args) throws Exception {
    int[] numbers = List.of(args).stream().mapToInt(Integer::parseInt).toArray();
    new FetchBench(numbers[0], numbers[1], numbers[2], numbers[3]).run();
  }

  private void run() throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(0), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    byte[] photo = TestImages.files().get(TestImages.INIT);
    server.createContext(
        "/",
        exchange -> {
          boolean isBusy = exchange.getRequestURI().getPath().startsWith("/busy");
          pause(latency);
          if (isBusy) {
            exchange.getResponseHeaders().add("Retry-After", "2");
          }
          exchange.sendResponseHeaders(isBusy ? 503 : 200, isBusy ? -1 : photo.length);
          try (exchange) {
            if (!isBusy) {
              exchange.getResponseBody().write(photo);
            }
          }
        });
    server.start();
    int port = server.getAddress().getPort();
    String good = "http://127.0.0.1:" + port + "/good";
    String busy = "http://127.0.0.2:" + port + "/busy";
    int enough = BATCHES * batch;
    System.out.printf("fixed: %.1f rows per second%n", speed(List.of(good), enough, enough));
    int most = enough + 4 * fetches;
    System.out.printf("as needed: %.1f rows per second%n", speed(List.of(good), enough, most));
    System.out.printf(
        "as needed, every other row of a host that throttles: %.1f rows per second%n",
        speed(List.of(good, busy), enough, most));
    server.stop(0);
    System.exit(0);
  }

  /** Rows per second of the first host. */
  private double speed(List<String> hosts, int enough, int most) {
    List<ManifestRow> all =
        IntStream.range(0, rows).mapToObj(i -> row(i, hosts.get(i % hosts.size()))).toList();
    return new NullTask(new FakeInpainter(), (key, bytes) -> key, batch, fetches)
        .speed(all, new FlightControl(enough, most));
  }

  private static ManifestRow row(int number, String location) {
    ManifestRow row = TestImages.row("p" + number);
    return new ManifestRow(
        row.names(),
        new ManifestRow.Locations(
            location, new RowMask.File("data:image/png;base64," + MASK), null, null),
        row.prompts(),
        row.parameters(),
        false,
        number);
  }

  private static void pause(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
