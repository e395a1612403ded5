package io.spackle.pipeline;

import com.sun.net.httpserver.HttpServer;
import io.spackle.graph.Cancellation;
import io.spackle.lane.FakeInpainter;
import io.spackle.lane.InpaintLane;
import io.spackle.lane.Lane;
import io.spackle.lane.LaneSettings;
import io.spackle.mask.RowMasks;
import io.spackle.metrics.ExecutorMetrics;
import io.spackle.model.ModelSettings;
import io.spackle.model.OpenModel;
import io.spackle.row.ManifestRow;
import io.spackle.row.Outcome;
import io.spackle.row.RowMask;
import io.spackle.sink.ImageKeys;
import io.spackle.sink.ImageWriter;
import io.spackle.source.FetchSettings;
import io.spackle.source.ImageSource;
import io.spackle.source.ImageSources;
import io.spackle.source.ProxySetting;
import io.spackle.source.RequestHeaders;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;

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
    FlightControl flight = new FlightControl(enough, most);
    long start = System.nanoTime();
    try (ImageSource source = ImageSources.open(settings(), new Configuration());
        OpenModel model = model()) {
      RowPipeline pipeline = pipeline(model, source, flight);
      List<ManifestRow> all =
          IntStream.range(0, rows).mapToObj(i -> row(i, hosts.get(i % hosts.size()))).toList();
      long done = 0;
      long last = start;
      try (RowWindow<ManifestRow, Outcome> window =
          new RowWindow<>(
              all.iterator(), row -> pipeline.run(row, Optional.empty()), flight, () -> false)) {
        while (window.hasNext()) {
          if (window.next() instanceof Outcome.Succeeded) {
            done++;
            last = System.nanoTime();
          }
        }
      }
      return done * 1e9 / (last - start);
    }
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

  private static RowPipeline pipeline(OpenModel model, ImageSource source, FlightControl flight) {
    ImageSettings settings = TestImages.settings();
    return new RowPipeline(
        model,
        new RowInputs(source, new RowMasks(settings.masks(), settings.limits(), none -> null)),
        new RowOutputs(
            ImageWriter.toFiles((key, bytes) -> key, new ImageKeys(1)),
            new PreviewWriter((key, bytes) -> key, 0),
            Optional.empty()),
        settings,
        new RowPipeline.Task(new Cancellation(), flight));
  }

  private OpenModel model() {
    FakeInpainter inpainter = new FakeInpainter();
    LaneSettings lane =
        new LaneSettings(batch, Duration.ofMillis(200), fetches, null, Duration.ofHours(1));
    return new OpenModel(
        inpainter,
        new ModelSettings.InFolder(
            new ModelSettings.Folder("model", "digest", ModelSettings.FolderKind.MODEL), null),
        new Lane<>(new InpaintLane(inpainter), lane, TestImages.guard(), new ExecutorMetrics()),
        lane.limits());
  }

  private FetchSettings settings() {
    return new FetchSettings(
        Duration.ofSeconds(30),
        1 << 20,
        3,
        Math.max(1, fetches / 2),
        new FetchSettings.AllowLists(List.of(), List.of(), List.of("127.0.0.1", "127.0.0.2")),
        new FetchSettings.RequestSettings(RequestHeaders.NONE, null, ProxySetting.of("none")));
  }

  private static void pause(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
