package io.spackle.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A Spark cluster on this machine whose driver and executors are JVMs of their own with the test
 * class path: for what threads of the tests' JVM cannot show, such as the crash of an executor.
 *
 * <pre>
 * try (LocalCluster cluster = LocalCluster.withinDriver(folder, 1, 2)) {
 *   cluster.with("spark.task.maxFailures", "2");
 *   Job job = cluster.start("job.conf", "-D", "batch.max-images=2");
 *   job.executors().forEach(ProcessHandle::destroyForcibly);
 *   assertThat(job.end().code()).isZero();
 * }
 * </pre>
 *
 * <p>Each job takes several seconds before its first row.
 */
final class LocalCluster implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofMinutes(9);
  private static final int EXECUTOR_MIB = 512;

  /** Enough for the executors of two drivers when one machine is left. */
  private static final int WORKER_MIB = 4 * EXECUTOR_MIB;

  private static final String DEPLOY = "org.apache.spark.deploy.";

  private final Path folder;
  private final Map<String, String> settings = new TreeMap<>();
  private final List<Process> processes = new ArrayList<>();
  private final List<Process> workers = new ArrayList<>();
  private final String classPath;

  /** The main class of jobs, and the arguments before their own. */
  private List<String> submission = List.of(InpaintJob.class.getName());

  /**
   * The outcome of a command.
   *
   * @param line the last line of its standard output
   * @param messages its standard error output
   */
  record Result(int code, JsonNode line, String messages) {}

  /** With the class path of the tests in all processes. */
  private LocalCluster(Path folder) throws IOException {
    this(folder, classPath(Files::isRegularFile), System.getProperty("java.class.path"));
    with("spark.executor.extraClassPath", joined(classPath(Files::isDirectory)));
    ChildJvm.INTERPRETED.forEach(this::with);
  }

  /**
   * @param path the jars of Spark's installation
   * @param processes class path of drivers, master and workers
   */
  private LocalCluster(Path folder, List<Path> path, String processes) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.classPath = processes;
    // ONNX Runtime crashes if the command line is longer than 4 KiB, so it must not name each jar:
    // Spark passes SPARK_HOME/jars/* and the folders of classes.
    Path jars = Files.createDirectories(folder.resolve("jars"));
    for (int i = 0; i < path.size(); i++) {
      Path jar = path.get(i);
      Files.createSymbolicLink(jars.resolve("%03d-%s".formatted(i, jar.getFileName())), jar);
    }
    with(
        "spark.executor.extraJavaOptions",
        String.join(" ", ChildJvm.FLAGS) + " -Dlog4j2.configurationFile=" + log());
    with("spark.executor.memory", EXECUTOR_MIB + "m");
    with("spark.driver.host", "127.0.0.1");
    with("spark.ui.enabled", "false");
    with("spark.sql.shuffle.partitions", "2");
    with("spark.local.dir", folder.resolve("local").toString());
  }

  /** Spark's local-cluster: master and workers run in the driver's JVM, one worker per executor. */
  static LocalCluster withinDriver(Path folder, int executors, int cores) throws IOException {
    String master = "local-cluster[%d,%d,%d]".formatted(executors, cores, WORKER_MIB);
    return new LocalCluster(folder).with("spark.master", master);
  }

  /**
   * A standalone master and one worker.
   *
   * @param worker settings of the worker, such as its GPUs
   */
  static LocalCluster standalone(Path folder, int cores, Map<String, String> worker)
      throws IOException {
    LocalCluster cluster = new LocalCluster(folder);
    cluster.worker(cluster.master(), "127.0.0.1", cores, worker);
    return cluster;
  }

  /**
   * A standalone master and two workers on different addresses: Spark only speculates on another
   * machine.
   *
   * @param cores of each worker
   */
  static LocalCluster ofTwoMachines(Path folder, int cores) throws IOException {
    LocalCluster cluster = new LocalCluster(folder);
    String master = cluster.master();
    cluster.worker(master, "127.0.0.1", cores, Map.of());
    cluster.worker(master, "127.0.0.2", cores, Map.of());
    return cluster;
  }

  /**
   * A standalone master of a Spark installation without Spackle: jobs are started with
   * spark-submit, as a user of a cluster types it.
   */
  static LocalCluster ofPlainSpark(Path folder) throws IOException {
    LocalCluster cluster =
        new LocalCluster(folder, SparkJars.ofSpark(), folder.resolve("jars").resolve("*") + "");
    cluster.master();
    return cluster;
  }

  /** Starts workers on different addresses until there are two. */
  void completeWorkers(int cores) throws IOException {
    while (workers.stream().filter(Process::isAlive).count() < 2) {
      worker(settings.get("spark.master"), "127.0.0." + (workers.size() + 1), cores, Map.of());
    }
  }

  /**
   * Jobs that are started later are submitted by a command.
   *
   * @param sparkSubmit the words of the command without those of the job
   */
  void submitBy(List<String> sparkSubmit) {
    submission = new ArrayList<>(List.of(DEPLOY + "SparkSubmit"));
    submission.addAll(List.of("--conf", "spark.jars.ivy=" + folder.resolve("ivy")));
    submission.addAll(sparkSubmit.subList(1, sparkSubmit.size()));
  }

  /** The address of the master. */
  String address() {
    return settings.get("spark.master");
  }

  /** Kills a worker with its executors, as if its machine failed; the last worker stays. */
  void killWorker() {
    List<Process> alive = workers.stream().filter(Process::isAlive).toList();
    if (alive.size() > 1) {
      alive.get(0).descendants().forEach(ProcessHandle::destroyForcibly);
      alive.get(0).destroyForcibly();
    }
  }

  /** Sets a Spark setting of jobs that are started later. */
  LocalCluster with(String key, String value) {
    settings.put(key, value);
    return this;
  }

  /** Starts {@link InpaintJob} with arguments. */
  Job start(Object... arguments) throws IOException {
    List<String> command = new ArrayList<>(submission);
    Stream.of(arguments).map(String::valueOf).forEach(command::add);
    String name = "job-" + processes.size();
    return new Job(java(name, settings, command.toArray(String[]::new)), name);
  }

  /** The logs of all executors so far. */
  String logs() throws IOException {
    Path work = folder.resolve("work");
    if (!Files.isDirectory(work)) {
      return "";
    }
    try (Stream<Path> files = Files.walk(work)) {
      return files
          .filter(file -> file.endsWith("stderr"))
          .sorted()
          .map(LocalCluster::read)
          .collect(Collectors.joining());
    }
  }

  /** Kills all processes and removes the links to jars; the rest of the folder stays. */
  @Override
  public void close() throws IOException {
    for (Process process : processes) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    try (Stream<Path> links = Files.list(folder.resolve("jars"))) {
      for (Path link : links.toList()) {
        Files.delete(link);
      }
    }
  }

  /** A running command. */
  final class Job {

    private final Process driver;
    private final String name;

    private Job(Process driver, String name) {
      this.driver = driver;
      this.name = name;
    }

    Process driver() {
      return driver;
    }

    /** The live executors; of a standalone cluster those of all jobs. */
    List<ProcessHandle> executors() {
      return processes.stream()
          .flatMap(Process::descendants)
          .filter(ProcessHandle::isAlive)
          .toList();
    }

    /** Waits for the command to end. */
    Result result() throws IOException, InterruptedException {
      boolean ended = driver.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      String messages = read(messages(name));
      if (!ended) {
        throw new IllegalStateException("still running after " + TIMEOUT + ": " + messages);
      }
      String last = read(output(name)).lines().reduce("", (before, line) -> line);
      return new Result(driver.exitValue(), new ObjectMapper().readTree(last), messages);
    }
  }

  private Process java(String name, Map<String, String> properties, String... main)
      throws IOException {
    List<String> command = ChildJvm.command("1g");
    command.add("-Dlog4j2.configurationFile=" + log());
    properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.addAll(List.of(main));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("CLASSPATH", classPath);
    builder.environment().put("SPARK_HOME", folder.toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.13");
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    builder.redirectOutput(output(name).toFile()).redirectError(messages(name).toFile());
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  /** Starts a master; returns its address. */
  private String master() throws IOException {
    java("master", Map.of(), DEPLOY + "master.Master", "-h", "127.0.0.1", "--webui-port", "0");
    String master = awaitLog("master", "spark://127.0.0.1:\\d+");
    with("spark.master", master);
    return master;
  }

  private void worker(String master, String host, int cores, Map<String, String> settings)
      throws IOException {
    workers.add(
        java(
            "worker-" + host,
            settings,
            DEPLOY + "worker.Worker",
            "-h",
            host,
            "--webui-port",
            "0",
            "-c",
            String.valueOf(cores),
            "-m",
            WORKER_MIB + "m",
            master));
  }

  private String awaitLog(String name, String pattern) throws IOException {
    long start = System.nanoTime();
    while (System.nanoTime() - start < TIMEOUT.toNanos()) {
      Matcher found = Pattern.compile(pattern).matcher(read(messages(name)));
      if (found.find()) {
        return found.group();
      }
      pause();
    }
    throw new IllegalStateException(
        "no " + pattern + " within " + TIMEOUT + ": " + read(messages(name)));
  }

  private Path output(String name) {
    return folder.resolve(name + ".out");
  }

  private Path messages(String name) {
    return folder.resolve(name + ".err");
  }

  private static Path log() {
    return Path.of("src", "test", "resources", "cluster-log4j2.properties").toAbsolutePath();
  }

  private static List<Path> classPath(Predicate<Path> kind) {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(Path::of)
        .filter(kind)
        .toList();
  }

  private static String joined(List<Path> paths) {
    return paths.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
  }

  private static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
