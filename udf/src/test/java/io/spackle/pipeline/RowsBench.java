package io.spackle.pipeline;

import com.sun.management.OperatingSystemMXBean;
import com.sun.net.httpserver.HttpServer;
import io.spackle.family.GuidanceSchedule;
import io.spackle.row.GenerationParameters;
import io.spackle.row.ManifestRow;
import io.spackle.row.RowMask;
import io.spackle.sink.ImageSink;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * Measures the rows per second of a task with a model that only converts images to its input and
 * back: photos of 512x512, half of them JPEG, half PNG, and masks as PNG come over HTTP, and PNG
 * files are written to a folder. If there is img2dataset, it takes turns with it: it fetches the
 * same files and writes them as PNG.
 *
 * <p>Arguments: rows, rounds, then optionally a folder of PNG and JPEG photos in place of drawn
 * ones, or "-", then the program img2dataset.
 */
final class RowsBench {

  private static final int SIDE = 512;
  private static final int BATCH = 4;
  private static final int FETCHES = 16;
  private static final int DRAWN = 16;
  private static final int WAVES = 36;
  private static final String MASK = "mask.png";

  private final Map<String, byte[]> files;
  private final int rows;
  private final Path folder;
  private int port;

  /** When the first file of a round was asked for; 0 if none was. */
  private final AtomicLong firstRequest = new AtomicLong();

  private RowsBench(Map<String, byte[]> files, int rows, Path folder) {
    this.files = files;
    this.rows = rows;
    this.folder = folder;
  }

  public static void main(String[] args) throws Exception {
    boolean hasPhotos = args.length > 2 && !args[2].equals("-");
    Map<String, byte[]> files = hasPhotos ? stored(Path.of(args[2])) : drawn();
    files.putIfAbsent(MASK, drawn("png", (x, y) -> disc(x, y) ? 0xFFFFFF : 0));
    RowsBench bench =
        new RowsBench(files, Integer.parseInt(args[0]), Files.createTempDirectory("spackle-bench"));
    bench.run(Integer.parseInt(args[1]), args.length > 3 ? args[3] : null);
    System.exit(0);
  }

  private void run(int rounds, String other) throws IOException, InterruptedException {
    HttpServer server = HttpServer.create(new InetSocketAddress(0), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext(
        "/",
        exchange -> {
          firstRequest.compareAndSet(0, System.nanoTime());
          byte[] file = files.get(exchange.getRequestURI().getPath().substring(1));
          exchange.sendResponseHeaders(200, file.length);
          try (exchange) {
            exchange.getResponseBody().write(file);
          }
        });
    server.start();
    port = server.getAddress().getPort();
    speed(); // the first warms up
    List<Double> speeds = new ArrayList<>();
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    for (int round = 0; round < rounds; round++) {
      long cpu = system.getProcessCpuTime();
      speeds.add(speed());
      System.out.printf(
          "  round %d: %.1f rows per second, %.1f ms of CPU time each",
          round, speeds.get(round), (system.getProcessCpuTime() - cpu) / 1e6 / rows);
      System.out.println(
          other == null ? "" : String.format(", img2dataset %.1f", speedOf(other, round)));
    }
    System.out.printf("rows per second: %.1f%n", speeds.stream().sorted().toList().get(rounds / 2));
    try (Stream<Path> written = Files.walk(folder.resolve("spackle"))) {
      double bytes = written.filter(Files::isRegularFile).mapToLong(f -> f.toFile().length()).sum();
      System.out.printf("KiB per image: %.1f%n", bytes / rows / 1024);
    }
    server.stop(0);
  }

  private double speed() {
    Path out = folder.resolve("spackle");
    ImageSink sink =
        (key, bytes) -> {
          try {
            Files.createDirectories(out.resolve(key).getParent());
            Files.write(out.resolve(key), bytes);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          return key;
        };
    List<String> photos = photos();
    List<ManifestRow> all =
        IntStream.range(0, rows).mapToObj(i -> row(i, photos.get(i % photos.size()))).toList();
    return new NullTask(new ConvertingInpainter(), sink, BATCH, FETCHES)
        .speed(all, new FlightControl(3 * BATCH, 3 * BATCH));
  }

  private List<String> photos() {
    return files.keySet().stream().filter(name -> !name.equals(MASK)).toList();
  }

  private String url(String name) {
    return "http://127.0.0.1:" + port + "/" + name;
  }

  private ManifestRow row(int number, String photo) {
    ManifestRow row = TestImages.row("p" + number);
    return new ManifestRow(
        row.names(),
        new ManifestRow.Locations(url(photo), new RowMask.File(url(MASK)), null, null),
        row.prompts(),
        new GenerationParameters(
            SIDE, SIDE, 1, 4, GuidanceSchedule.of(7.5), 1, row.parameters().scheduler()),
        false,
        number);
  }

  /**
   * Rows per second of img2dataset, to which photo and mask are two images; its start does not
   * count.
   */
  private double speedOf(String program, int round) throws IOException, InterruptedException {
    List<String> photos = photos();
    Path list = folder.resolve("urls.txt");
    Files.write(
        list,
        IntStream.range(0, rows)
            .boxed()
            .flatMap(i -> Stream.of(url(photos.get(i % photos.size())), url(MASK)))
            .toList());
    firstRequest.set(0);
    Process process =
        new ProcessBuilder(
                program,
                "--url_list=" + list,
                "--output_folder=" + folder.resolve("img2dataset" + round),
                "--output_format=files",
                "--image_size=" + SIDE,
                "--encode_format=png",
                "--encode_quality=1",
                "--processes_count=" + Runtime.getRuntime().availableProcessors(),
                "--thread_count=" + FETCHES,
                "--number_sample_per_shard=" + rows,
                "--enable_wandb=False")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("img2dataset.log").toFile())
            .start();
    if (process.waitFor() != 0) {
      throw new IOException("img2dataset failed: see " + folder.resolve("img2dataset.log"));
    }
    return rows * 1e9 / (System.nanoTime() - firstRequest.get());
  }

  private static Map<String, byte[]> stored(Path photos) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(photos)) {
      for (Path photo : all.filter(f -> f.toString().matches(".*\\.(png|jpe?g)")).toList()) {
        files.put(photo.getFileName().toString(), Files.readAllBytes(photo));
      }
    }
    return files;
  }

  /**
   * Photos: images as smooth, as sharp and as noisy as photos: waves of all lengths, edges, grain.
   */
  private static Map<String, byte[]> drawn() throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    for (int i = 0; i < DRAWN; i++) {
      Random random = new Random(i);
      double[] angles = random.doubles(WAVES, 0, 2 * Math.PI).toArray();
      String format = i % 2 == 0 ? "jpg" : "png";
      files.put("photo" + i + "." + format, drawn(format, (x, y) -> colour(x, y, angles, random)));
    }
    return files;
  }

  private static int colour(int x, int y, double[] angles, Random random) {
    double light = disc(x + 40, y) ? 40 : 0;
    for (int i = 0; i < angles.length; i++) {
      double length = 400.0 / (1 + i * i / 4.0);
      double phase = (x * Math.cos(angles[i]) + y * Math.sin(angles[i])) / length;
      light += 40.0 / (1 + i) * Math.sin(phase + i);
    }
    int colour = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
      int level = (int) (110 + shift + light + 2.5 * random.nextGaussian());
      colour |= Math.max(0, Math.min(255, level)) << shift;
    }
    return colour;
  }

  private static boolean disc(int x, int y) {
    return Math.hypot(x - SIDE / 2.0, y - SIDE / 2.0) < SIDE / 4.0;
  }

  private interface Colour {
    int at(int x, int y);
  }

  /** The file of an image, as other programs write it. */
  private static byte[] drawn(String format, Colour colour) throws IOException {
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        image.setRGB(x, y, colour.at(x, y));
      }
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ImageIO.write(image, format, file);
    return file.toByteArray();
  }
}
