package io.spackle.jobs;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.spackle.jobs.LocalCluster.End;
import io.spackle.jobs.LocalCluster.Job;
import io.spackle.jobs.run.ExitCode;
import io.spackle.row.MetaRow;
import io.spackle.row.Sha256;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;

/**
 * Kills executors and drivers of jobs with -9 at random moments, has them resume, and compares what
 * comes out with the output of a job that nobody disturbed. A round ends with a run that is left
 * alone.
 *
 * <p>Also suspends drivers until another run has taken over, and lets them go on: zombies.
 *
 * <p>Arguments: --rounds N, --seed S.
 */
final class KillBench implements AutoCloseable {

  /** How long an image takes to be fetched: what makes the job last. */
  private static final int DELAY_MILLIS = 400;

  private static final int EXECUTORS = 2;
  private static final int FETCHES = 4;
  private static final String STRAGGLER = "/7.png";

  private static final Size FULL = new Size(48, 4, 2, 10_000);

  private final Path folder;
  private final Size size;
  private final Random random;
  private final HttpServer server;
  private final Map<String, Integer> fetches = new ConcurrentHashMap<>();
  private final byte[] photo;
  private volatile boolean isUndisturbed;

  /**
   * How much the job has to do.
   *
   * @param rowsPerFile that a task has on average
   * @param cores of each of two executors
   * @param stragglingMillis that one row takes to be fetched the first time, so that Spark tries
   *     its task a second time beside the first
   */
  record Size(int rows, int rowsPerFile, int cores, int stragglingMillis) {

    /** Rows under way at one moment, tasks being up to twice the average or tried twice. */
    int inFlight() {
      return EXECUTORS * cores * rowsPerFile * 2;
    }
  }

  /** What is done to a job. */
  enum Blow {
    EXECUTOR,
    DRIVER,
    BOTH,
    CTRL_C,
    ZOMBIE
  }

  /**
   * What came of a round.
   *
   * @param blows what was done
   * @param lost rows that have no meta row
   * @param twice meta rows too many
   * @param differing images that differ from the undisturbed run's
   * @param orphans images that no meta row names
   * @param redone rows that were painted once more
   * @param setAside rows that failed because of a blow, and were done by a last run
   * @param failures codes of the rows that failed all the same, by their ids
   */
  record Round(
      List<Blow> blows,
      int lost,
      int twice,
      int differing,
      int orphans,
      int redone,
      int setAside,
      Map<String, String> failures) {

    boolean isRight(Size size) {
      return lost + twice + differing + orphans == 0 && redone <= blows.size() * size.inFlight();
    }
  }

  KillBench(Path folder, Size size, long seed) throws IOException {
    this.folder = folder;
    this.size = size;
    this.random = new Random(seed);
    Path file = ImageFiles.write(folder.resolve("photo.png"), 64, 64, (x, y) -> 2 * x + y);
    this.photo = Files.readAllBytes(file);
    ImageFiles.write(folder.resolve("mask.png"), 64, 64, (x, y) -> x > y ? 255 : 0);
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.setExecutor(Executors.newCachedThreadPool());
    server.start();
    writeJob();
  }

  public static void main(String[] args) throws Exception {
    Map<String, String> given = new TreeMap<>();
    for (int i = 0; i + 1 < args.length; i += 2) {
      given.put(args[i], args[i + 1]);
    }
    int rounds = Integer.parseInt(given.getOrDefault("--rounds", "20"));
    long seed = Long.parseLong(given.getOrDefault("--seed", "1"));
    Path folder = Files.createTempDirectory("spackle-kill");
    int wrong = 0;
    int redone = 0;
    try (KillBench bench = new KillBench(folder, FULL, seed)) {
      Map<String, String> undisturbed = bench.undisturbed();
      for (int number = 1; number <= rounds; number++) {
        try (LocalCluster cluster = bench.twoMachines("spark-" + number)) {
          Round round = bench.round(undisturbed, cluster, bench.anyBlows());
          System.out.printf("round %d: %s%n", number, round);
          wrong += round.isRight(FULL) ? 0 : 1;
          redone += round.redone();
        }
      }
    }
    System.out.printf(
        "%d rounds of %d rows: %d wrong, %d rows redone (in flight at a blow: up to %d)%n",
        rounds, FULL.rows(), wrong, redone, FULL.inFlight());
    TestSpark.session().stop();
    System.exit(wrong == 0 ? 0 : 1);
  }

  /** Rows that were painted more often than once since the last round began. */
  private int redone() {
    return total() - size.rows();
  }

  /**
   * Runs the job to its end in this JVM, and returns the digests of its images by the rows' ids.
   */
  Map<String, String> undisturbed() throws IOException {
    TestSpark.session();
    Path output = folder.resolve("undisturbed");
    isUndisturbed = true;
    String[] arguments = {folder.resolve("job.conf").toString(), "-D", "output.path=" + output};
    int code = InpaintJob.run(arguments, System.err, System.err);
    isUndisturbed = false;
    Map<String, String> digests = digests(meta(output));
    if (code != 0 || digests.size() != size.rows()) {
      throw new IllegalStateException(
          "the run ended with %d, %d images".formatted(code, digests.size()));
    }
    return digests;
  }

  /** Runs the job with blows, as long as it lasts, then to its end. */
  Round round(Map<String, String> undisturbed, LocalCluster cluster, List<Blow> blows)
      throws Exception {
    Path output = folder.resolve("round-" + random.nextInt(Integer.MAX_VALUE));
    List<Blow> struck = new ArrayList<>();
    fetches.clear();
    Job job = start(cluster, output);
    while (struck.size() < blows.size() && awaitSomeWork(job)) {
      Blow blow = blows.get(struck.size());
      struck.add(blow);
      job = strike(blow, job, cluster, output);
    }
    mustBeDone(job.end());
    int setAside = failures(meta(output)).size();
    if (setAside > 0) {
      mustBeDone(start(cluster, output).end());
    }
    cluster.close(); // what tasks of dead drivers still do is done
    return judge(undisturbed, output, struck, setAside);
  }

  private List<Blow> anyBlows() {
    return Stream.generate(() -> Blow.values()[random.nextInt(Blow.values().length)])
        .limit(1 + random.nextInt(3))
        .toList();
  }

  /** Returns the job that goes on. */
  private Job strike(Blow blow, Job job, LocalCluster cluster, Path output) throws Exception {
    List<ProcessHandle> executors = job.executors();
    switch (blow) {
      case EXECUTOR -> kill(executors.subList(0, Math.min(1, executors.size())));
      case DRIVER -> kill(List.of(job.driver().toHandle()));
      case BOTH -> {
        kill(executors);
        kill(List.of(job.driver().toHandle()));
      }
      case CTRL_C -> {
        signal("INT", job);
        job.driver().waitFor();
      }
      case ZOMBIE -> {
        return afterZombie(job, cluster, output);
      }
    }
    job.driver().waitFor(1, TimeUnit.SECONDS);
    return job.driver().isAlive() ? job : start(cluster, output);
  }

  /** The other run takes over while the first driver stands still; its executors go on. */
  private Job afterZombie(Job zombie, LocalCluster cluster, Path output) throws Exception {
    signal("STOP", zombie);
    TimeUnit.SECONDS.sleep(4); // longer than the claim's timeout
    long fences = fences(output);
    Job next = start(cluster, output);
    while (next.driver().isAlive() && fences(output) == fences) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    boolean isTakenOver = fences(output) > fences;
    signal("CONT", zombie);
    int code = zombie.end().code();
    if (isTakenOver && code != ExitCode.BROKEN.code()) {
      throw new IllegalStateException("a run that was taken over ended with " + code);
    }
    return next;
  }

  /** The runs that were ended from outside. */
  private static long fences(Path output) throws IOException {
    Path meta = output.resolve("meta");
    if (!Files.isDirectory(meta)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(meta)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> file.getFileName().toString().matches("\\.spackle-\\d.*"))
          .count();
    }
  }

  /** Waits for a random time after rows began to flow; returns whether the job still runs. */
  private boolean awaitSomeWork(Job job) throws InterruptedException {
    int before = total();
    int wanted = 1 + random.nextInt(size.rows() / 4);
    while (job.driver().isAlive() && total() < before + wanted) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    TimeUnit.MILLISECONDS.sleep(random.nextInt(DELAY_MILLIS));
    return job.driver().isAlive();
  }

  /**
   * Rows that failed for want of a process: such as those that were alone in the model when it was
   * killed for the second time, for nothing tells such a kill from a crash. A last run that is
   * asked to do them again does.
   */
  private static Map<String, String> failures(List<Row> meta) {
    Map<String, String> codes = new TreeMap<>();
    meta.stream()
        .filter(row -> row.getAs("status").equals(MetaRow.FAILED))
        .forEach(row -> codes.put(row.getAs("id"), row.<Row>getAs("error").getAs("code")));
    return codes;
  }

  private Round judge(Map<String, String> undisturbed, Path output, List<Blow> blows, int setAside)
      throws IOException {
    List<Row> rows = meta(output);
    Set<String> ids = new HashSet<>();
    rows.forEach(row -> ids.add(row.getAs("id")));
    Map<String, String> digests = digests(rows);
    int differing = 0;
    for (Map.Entry<String, String> image : undisturbed.entrySet()) {
      differing += image.getValue().equals(digests.get(image.getKey())) ? 0 : 1;
    }
    return new Round(
        blows,
        size.rows() - ids.size(),
        rows.size() - ids.size(),
        differing,
        (int) (files(output.resolve("images")) - digests.size()),
        redone(),
        setAside,
        failures(rows));
  }

  private int total() {
    return fetches.values().stream().mapToInt(Integer::intValue).sum();
  }

  private static Map<String, String> digests(List<Row> meta) throws IOException {
    Map<String, String> digests = new TreeMap<>();
    for (Row row : meta) {
      for (String location : row.<String>getList(row.fieldIndex("output"))) {
        digests.put(row.getAs("id"), Sha256.hex(Files.readAllBytes(Path.of(location))));
      }
    }
    return digests;
  }

  private static List<Row> meta(Path output) {
    return TestSpark.session().read().parquet(output.resolve("meta").toString()).collectAsList();
  }

  private static long files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).count();
    }
  }

  private LocalCluster twoMachines(String name) throws IOException {
    // Cores for two drivers: a zombie does not let go of its own.
    return LocalCluster.ofTwoMachines(folder.resolve(name), 2 * size.cores())
        .with("spark.cores.max", String.valueOf(EXECUTORS * size.cores()))
        .with("spark.speculation", "true")
        .with("spark.speculation.interval", "200ms")
        .with("spark.speculation.multiplier", "1.1")
        .with("spark.speculation.quantile", "0.3");
  }

  private Job start(LocalCluster cluster, Path output) throws IOException {
    return cluster.start(folder.resolve("job.conf"), "-D", "output.path=" + output);
  }

  private static void mustBeDone(End end) {
    if (end.code() != 0) {
      throw new IllegalStateException("the run ended with " + end.code() + ": " + end.messages());
    }
  }

  private static void kill(List<ProcessHandle> processes) {
    processes.forEach(ProcessHandle::destroyForcibly); // SIGKILL
  }

  private static void signal(String signal, Job job) throws Exception {
    new ProcessBuilder("kill", "-" + signal, String.valueOf(job.driver().pid())).start().waitFor();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      boolean straggles = fetches.merge(path, 1, Integer::sum) == 1 && path.equals(STRAGGLER);
      if (!isUndisturbed) {
        TimeUnit.MILLISECONDS.sleep(straggles ? size.stragglingMillis() : DELAY_MILLIS);
      }
      exchange.getResponseHeaders().add("Content-Type", "image/png");
      exchange.sendResponseHeaders(200, photo.length);
      exchange.getResponseBody().write(photo);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void writeJob() throws IOException {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < size.rows(); i++) {
      rows.append(
          """
          {"id": "row %d", "init_image": "http://127.0.0.1:%d/%d.png", "mask_image": "mask.png", "prompt": "wall %d"}
          """
              .formatted(i, server.getAddress().getPort(), i, i));
    }
    Files.writeString(folder.resolve("rows.jsonl"), rows);
    Files.writeString(
        folder.resolve("job.conf"),
        """
        spackle {
          manifest { path = rows.jsonl, base = "." }
          output { rows-per-file = %d, claim-timeout = 3s, retry-codes = [MODEL_CRASHED, FETCH_UNREACHABLE, FETCH_TIMEOUT, INTERNAL] }
          model { path = "%s", device = cpu }
          defaults { width = 64, height = 64, num-inference-steps = 2 }
          fetch { allow-files = [.], allow-private = ["127.0.0.1"], retries = 0 }
          lane.threads = %d
          report.enabled = false
        }
        """
            .formatted(size.rowsPerFile(), TestJob.bundle("tiny-sd15-inpaint"), FETCHES));
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
