package io.spackle.jobs;

import io.spackle.jobs.LocalCluster.Job;
import io.spackle.jobs.LocalCluster.Result;
import io.spackle.jobs.run.ExitCode;
import io.spackle.row.MetaRow;
import io.spackle.row.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;

/**
 * Kills executors and drivers of jobs with SIGKILL at random moments, resumes the jobs, and
 * compares the results with those of an undisturbed job. A round ends with an undisturbed run.
 *
 * <p>It also tells executors to go, and suspends drivers until another run has taken over and then
 * resumes them: zombies. The server of the photos answers only a share of the fetches before each
 * fault, so that a job never ends before its last fault. In every second round Spark speculates. In
 * the others an executor that is lost costs its tasks and the stage, while attempts on the other
 * executor go on.
 *
 * <p>Arguments: --rounds N, --seed S.
 */
final class KillBench implements AutoCloseable {

  /** The time to fetch an image, which determines the duration of the job. */
  private static final int DELAY_MILLIS = 400;

  private static final int STRAGGLER = 7;

  /** More fetches than a job makes, those of its final run included. */
  private static final int ALL = 1_000_000;

  private static final int EXECUTORS = 2;
  private static final int FETCHES = 4;

  private static final Size FULL = new Size(48, 4, 2, 10_000);

  private final Path folder;
  private final Size size;
  private final Random random;
  private final SlowPhotos photos;

  /**
   * The size of the job.
   *
   * @param rowsPerFile average number of rows of a task
   * @param cores of each of two executors
   * @param stragglingMillis time of the first fetch of one row, so that Spark speculates on its
   *     task
   */
  record Size(int rows, int rowsPerFile, int cores, int stragglingMillis) {

    /** The maximum number of rows in progress: tasks may be twice the average, and duplicated. */
    int inFlight() {
      return EXECUTORS * cores * rowsPerFile * 2;
    }
  }

  /** A fault that is injected into a job. */
  enum Fault {
    EXECUTOR,
    EXECUTOR_TOLD_TO_GO,
    /** A machine with its executors; only the first time, since the last one must stay. */
    WORKER,
    DRIVER,
    BOTH,
    CTRL_C,
    ZOMBIE
  }

  /** A fault that was injected, and the rows that it cost. */
  record Blow(Fault fault, SlowPhotos.Loss loss) {

    @Override
    public String toString() {
      return "%s %d rows %.1f s".formatted(fault, loss.rows(), loss.seconds());
    }
  }

  /**
   * How an output differs from that of the undisturbed run.
   *
   * @param lost number of rows without a meta row
   * @param duplicates number of surplus meta rows
   * @param images number of images that differ
   * @param orphans number of images that no meta row names
   */
  record Difference(int lost, int duplicates, int images, int orphans) {
    static final Difference NONE = new Difference(0, 0, 0, 0);
  }

  /**
   * Where a round writes to.
   *
   * @param conf of its job
   * @param location of the output in the configuration
   * @param folder of the output on this machine
   */
  record Output(Path conf, String location, Path folder) {

    /** The file of an image that a meta row names. */
    Path image(String named) {
      return Path.of(named.replace(location, folder.toString()));
    }
  }

  /**
   * The result of a round.
   *
   * @param blows the injected faults
   * @param repeated number of rows that were processed again
   * @param quarantined number of rows that failed because of a fault, and were processed again by a
   *     final run
   * @param failures error codes of the rows that still failed, by id
   */
  record Round(
      List<Blow> blows,
      Difference difference,
      int repeated,
      int quarantined,
      Map<String, String> failures) {

    boolean isCorrect(Size size) {
      return difference.equals(Difference.NONE) && repeated <= blows.size() * size.inFlight();
    }
  }

  KillBench(Path folder, Size size, long seed) throws IOException {
    this.folder = folder;
    this.size = size;
    this.random = new Random(seed);
    Path file = ImageFiles.write(folder.resolve("photo.png"), 64, 64, (x, y) -> 2 * x + y);
    ImageFiles.write(folder.resolve("mask.png"), 64, 64, (x, y) -> x > y ? 255 : 0);
    this.photos = new SlowPhotos(Files.readAllBytes(file), DELAY_MILLIS);
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
    List<Blow> blows = new ArrayList<>();
    try (KillBench bench = new KillBench(folder, FULL, seed)) {
      Map<String, String> undisturbed = bench.undisturbed();
      for (int number = 1; number <= rounds; number++) {
        try (LocalCluster cluster = bench.twoMachines("spark-" + number, number % 2 == 0)) {
          Round round = bench.round(undisturbed, cluster, bench.local(), bench.randomFaults());
          System.out.printf("round %d: %s%n", number, round);
          wrong += round.isCorrect(FULL) ? 0 : 1;
          blows.addAll(round.blows());
        }
      }
    }
    System.out.printf(
        "%d rounds of %d rows: %d wrong; in flight at a fault: up to %d rows%n",
        rounds, FULL.rows(), wrong, FULL.inFlight());
    Stream.of(Fault.values()).forEach(fault -> print(fault, blows));
    TestSpark.session().stop();
    System.exit(wrong == 0 ? 0 : 1);
  }

  private static void print(Fault fault, List<Blow> blows) {
    List<SlowPhotos.Loss> losses =
        blows.stream().filter(blow -> blow.fault() == fault).map(Blow::loss).toList();
    System.out.printf(
        "%-19s %3d times, work lost each time: %.1f rows, %.1f s; at most %.1f s%n",
        fault,
        losses.size(),
        losses.stream().mapToInt(SlowPhotos.Loss::rows).average().orElse(0),
        losses.stream().mapToDouble(SlowPhotos.Loss::seconds).average().orElse(0),
        losses.stream().mapToDouble(SlowPhotos.Loss::seconds).max().orElse(0));
  }

  /** Runs the job in this JVM without faults; returns the digests of its images by row id. */
  Map<String, String> undisturbed() throws IOException {
    TestSpark.session();
    Output output = local("undisturbed");
    photos.answerAtOnce();
    String[] arguments = {output.conf().toString(), "-D", "output.path=" + output.location()};
    int code = InpaintJob.run(arguments, System.err, System.err);
    Map<String, String> digests = digests(output);
    if (code != 0 || digests.size() != size.rows()) {
      throw new IllegalStateException(
          "the run ended with %d, %d images".formatted(code, digests.size()));
    }
    return digests;
  }

  /** A new output on this machine. */
  Output local() {
    return local("round-" + random.nextInt(Integer.MAX_VALUE));
  }

  private Output local(String name) {
    Path output = folder.resolve(name);
    return new Output(folder.resolve("job.conf"), output.toString(), output);
  }

  /** Runs the job and injects faults while it runs, then runs it to its end. */
  Round round(
      Map<String, String> undisturbed, LocalCluster cluster, Output output, List<Fault> faults)
      throws Exception {
    Map<Instant, Fault> injected = new TreeMap<>();
    int share = size.rows() / (faults.size() + 1);
    photos.begin(STRAGGLER, size.stragglingMillis());
    photos.allow(share);
    Job job = start(cluster, output);
    for (Fault fault : faults) {
      awaitAnswers(job, injected.size() * share + 1 + random.nextInt(share));
      injected.put(Instant.now(), fault);
      photos.allow(share);
      job = inject(fault, job, cluster, output);
    }
    photos.allow(ALL);
    requireSuccess(job.result());
    int quarantined = failures(meta(output)).size();
    if (quarantined > 0) {
      requireSuccess(start(cluster, output).result());
    }
    killAndAwait(job.executors()); // so that tasks of killed drivers have ended
    return judge(undisturbed, output, injected, quarantined);
  }

  private List<Fault> randomFaults() {
    return Stream.generate(() -> Fault.values()[random.nextInt(Fault.values().length)])
        .limit(1 + random.nextInt(3))
        .toList();
  }

  /** Returns the job that runs after the fault. */
  private Job inject(Fault fault, Job job, LocalCluster cluster, Output output) throws Exception {
    List<ProcessHandle> executors = job.executors();
    switch (fault) {
      case EXECUTOR -> kill(executors.subList(0, Math.min(1, executors.size())));
      case EXECUTOR_TOLD_TO_GO -> {
        if (!executors.isEmpty()) {
          signal("TERM", executors.get(0).pid());
        }
      }
      case WORKER -> cluster.killWorker();
      case DRIVER -> killDriver(job);
      case BOTH -> {
        kill(executors);
        killDriver(job);
      }
      case CTRL_C -> {
        signal("INT", job.driver().pid());
        job.driver().waitFor();
      }
      case ZOMBIE -> {
        return afterZombie(job, cluster, output);
      }
    }
    job.driver().waitFor(1, TimeUnit.SECONDS);
    return job.driver().isAlive() ? job : start(cluster, output);
  }

  /** Another run takes over while the first driver is suspended; its executors continue. */
  private Job afterZombie(Job zombie, LocalCluster cluster, Output output) throws Exception {
    signal("STOP", zombie.driver().pid());
    TimeUnit.SECONDS.sleep(4); // longer than the lease timeout
    long fences = fences(output);
    Job next = start(cluster, output);
    while (next.driver().isAlive() && fences(output) == fences) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    boolean isTakenOver = fences(output) > fences;
    signal("CONT", zombie.driver().pid());
    int code = zombie.result().code();
    if (isTakenOver && code != ExitCode.BROKEN.code()) {
      throw new IllegalStateException("a run that was taken over ended with " + code);
    }
    return next;
  }

  /** The number of fenced runs. */
  private static long fences(Output output) throws IOException {
    Path meta = output.folder().resolve("meta");
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

  /** Waits until a number of fetches was answered, and up to a fetch longer. */
  private void awaitAnswers(Job job, int number) throws IOException, InterruptedException {
    while (photos.answered() < number) {
      if (!job.driver().isAlive()) {
        throw new IllegalStateException(
            "the run ended after %d of %d fetches, with %d: %s"
                .formatted(
                    photos.answered(), number, job.result().code(), job.result().messages()));
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    TimeUnit.MILLISECONDS.sleep(random.nextInt(DELAY_MILLIS));
  }

  /**
   * Rows that failed because their process was killed, such as those that were alone in the model
   * at the second kill, which cannot be told from a crash that they caused. A final run retries
   * them.
   */
  private static Map<String, String> failures(List<Row> meta) {
    Map<String, String> codes = new TreeMap<>();
    meta.stream()
        .filter(row -> row.getAs("status").equals(MetaRow.FAILED))
        .forEach(row -> codes.put(row.getAs("id"), row.<Row>getAs("error").getAs("code")));
    return codes;
  }

  private Round judge(
      Map<String, String> undisturbed, Output output, Map<Instant, Fault> faults, int quarantined)
      throws IOException {
    List<Row> rows = meta(output);
    Set<String> ids = new HashSet<>();
    rows.forEach(row -> ids.add(row.getAs("id")));
    Map<String, String> digests = digests(output);
    int differing = 0;
    for (Map.Entry<String, String> image : undisturbed.entrySet()) {
      differing += image.getValue().equals(digests.get(image.getKey())) ? 0 : 1;
    }
    int orphans = (int) (files(output.folder().resolve("images")) - digests.size());
    return new Round(
        blows(faults),
        new Difference(size.rows() - ids.size(), rows.size() - ids.size(), differing, orphans),
        photos.fetches() - size.rows(),
        quarantined,
        failures(rows));
  }

  private List<Blow> blows(Map<Instant, Fault> faults) {
    Map<Instant, SlowPhotos.Loss> losses = photos.losses(faults.keySet());
    return faults.entrySet().stream()
        .map(fault -> new Blow(fault.getValue(), losses.get(fault.getKey())))
        .toList();
  }

  private static Map<String, String> digests(Output output) throws IOException {
    Map<String, String> digests = new TreeMap<>();
    for (Row row : meta(output)) {
      for (String location : row.<String>getList(row.fieldIndex("output"))) {
        digests.put(row.getAs("id"), Sha256.hex(Files.readAllBytes(output.image(location))));
      }
    }
    return digests;
  }

  private static List<Row> meta(Output output) {
    Path meta = output.folder().resolve("meta");
    return TestSpark.session().read().parquet(meta.toString()).collectAsList();
  }

  private static long files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).count();
    }
  }

  private LocalCluster twoMachines(String name, boolean speculates) throws IOException {
    // A zombie keeps its cores: one machine has enough for two drivers, as the other may be killed.
    return LocalCluster.ofTwoMachines(folder.resolve(name), 2 * EXECUTORS * size.cores())
        .with("spark.executor.cores", String.valueOf(size.cores()))
        .with("spark.cores.max", String.valueOf(EXECUTORS * size.cores()))
        .with("spark.speculation", String.valueOf(speculates))
        .with("spark.speculation.interval", "200ms")
        .with("spark.speculation.multiplier", "1.1")
        .with("spark.speculation.quantile", "0.3");
  }

  private static Job start(LocalCluster cluster, Output output) throws IOException {
    return cluster.start(output.conf(), "-D", "output.path=" + output.location());
  }

  private static void requireSuccess(Result result) {
    if (result.code() != 0) {
      throw new IllegalStateException(
          "the run ended with " + result.code() + ": " + result.messages());
    }
  }

  private static void killDriver(Job job) throws InterruptedException {
    kill(List.of(job.driver().toHandle()));
    job.driver().waitFor(); // a busy machine may take longer than a second
  }

  private static void killAndAwait(List<ProcessHandle> processes) {
    kill(processes);
    processes.forEach(process -> process.onExit().join());
  }

  private static void kill(List<ProcessHandle> processes) {
    processes.forEach(ProcessHandle::destroyForcibly); // SIGKILL
  }

  private static void signal(String signal, long process) throws Exception {
    new ProcessBuilder("kill", "-" + signal, String.valueOf(process)).start().waitFor();
  }

  private void writeJob() throws IOException {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < size.rows(); i++) {
      rows.append(
          """
          {"id": "row %d", "init_image": "http://127.0.0.1:%d/%d.png", "mask_image": "mask.png", "prompt": "wall", "seed": %d}
          """
              .formatted(i, photos.port(), i, i));
    }
    Files.writeString(folder.resolve("rows.jsonl"), rows);
    Files.writeString(
        folder.resolve("job.conf"),
        """
        spackle {
          manifest { path = rows.jsonl, base = "." }
          output { rows-per-file = %d, publish-interval = 500ms, claim-timeout = 3s, retry-codes = [MODEL_CRASHED, FETCH_UNREACHABLE, FETCH_TIMEOUT, INTERNAL] }
          model { path = "%s", device = cpu }
          defaults { width = 64, height = 64, num-inference-steps = 2 }
          fetch { allow-files = [.], allow-private = ["127.0.0.1"], retries = 0 }
          lane.threads = %d
          batch.max-images = 1
          report.enabled = false
        }
        """
            .formatted(size.rowsPerFile(), TestJob.bundle("tiny-sd15-inpaint"), FETCHES));
  }

  @Override
  public void close() {
    photos.close();
  }
}
