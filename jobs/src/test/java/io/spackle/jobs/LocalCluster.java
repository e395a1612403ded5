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
 * A Spark on this machine whose driver and executors are JVMs of their own, made from the test
 * class path: for what a thread in the tests' JVM cannot show, such as the death of an executor.
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
 * <p>Each job takes about six seconds before its first row.
 */
final class LocalCluster implements AutoCloseable {

  private static final Duration LONGEST = Duration.ofMinutes(9);
  private static final int WORKER_MIB = 1024;
  private static final String DEPLOY = "org.apache.spark.deploy.";
  private static final Path CONF = Path.of("..", "conf").toAbsolutePath().normalize();

  private final Path folder;
  private final Map<String, String> settings = new TreeMap<>();
  private final List<Process> processes = new ArrayList<>();

  /**
   * How a command ended.
   *
   * @param line the last line that it printed
   * @param messages what it printed to stderr
   */
  record End(int code, JsonNode line, String messages) {}

  private LocalCluster(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
    // A command line that names each jar would crash ONNX Runtime, which takes 4 KiB of one at
    // most:
    // Spark's own names jars/* and the classes.
    Path jars = Files.createDirectories(folder.resolve("jars"));
    List<Path> path = classPath(Files::isRegularFile);
    for (int i = 0; i < path.size(); i++) {
      Path jar = path.get(i);
      Files.createSymbolicLink(jars.resolve("%03d-%s".formatted(i, jar.getFileName())), jar);
    }
    with("spark.executor.extraClassPath", joined(classPath(Files::isDirectory)));
    with("spark.executor.extraJavaOptions", "-Dlog4j2.configurationFile=" + log());
    with("spark.executor.memory", "512m");
    with("spark.driver.host", "127.0.0.1");
    with("spark.ui.enabled", "false");
    with("spark.sql.shuffle.partitions", "2");
    with("spark.local.dir", folder.resolve("local").toString());
  }

  /** Spark's local-cluster: master and workers are in the driver's JVM, a worker per executor. */
  static LocalCluster withinDriver(Path folder, int executors, int cores) throws IOException {
    String master = "local-cluster[%d,%d,%d]".formatted(executors, cores, WORKER_MIB);
    return new LocalCluster(folder).with("spark.master", master);
  }

  /**
   * A standalone master and one worker, as on a cluster's machines.
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
   * A standalone master and two workers that pass for two machines: Spark tries a slow task a
   * second time on another machine only.
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

  /** Has jobs started from now on run with a setting of Spark. */
  LocalCluster with(String key, String value) {
    settings.put(key, value);
    return this;
  }

  /** Starts {@link InpaintJob} with arguments. */
  Job start(Object... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(InpaintJob.class.getName()));
    Stream.of(arguments).map(String::valueOf).forEach(command::add);
    String name = "job-" + processes.size();
    return new Job(java(name, settings, command.toArray(String[]::new)), name);
  }

  /** What all executors have written to their logs so far. */
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

  /** Ends all processes, and removes the links to jars; the rest of the folder stays. */
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

  /** A command that runs. */
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

    /** The executors that live; of a standalone cluster all, of whatever job. */
    List<ProcessHandle> executors() {
      return processes.stream()
          .flatMap(Process::descendants)
          .filter(ProcessHandle::isAlive)
          .toList();
    }

    /** Waits until the command has ended. */
    End end() throws IOException, InterruptedException {
      boolean ended = driver.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS);
      String messages = read(messages(name));
      if (!ended) {
        throw new IllegalStateException("no end within " + LONGEST + ": " + messages);
      }
      String last = read(output(name)).lines().reduce("", (before, line) -> line);
      return new End(driver.exitValue(), new ObjectMapper().readTree(last), messages);
    }
  }

  private Process java(String name, Map<String, String> properties, String... main)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx1g", "@" + CONF.resolve("jvm.options")));
    command.add("-Dlog4j2.configurationFile=" + log());
    properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.addAll(List.of(main));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put("SPARK_HOME", folder.toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.13");
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    builder.redirectOutput(output(name).toFile()).redirectError(messages(name).toFile());
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  /** Returns the address. */
  private String master() throws IOException {
    java("master", Map.of(), DEPLOY + "master.Master", "-h", "127.0.0.1", "--webui-port", "0");
    String master = awaitLog("master", "spark://127.0.0.1:\\d+");
    with("spark.master", master);
    return master;
  }

  private void worker(String master, String host, int cores, Map<String, String> settings)
      throws IOException {
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
        master);
  }

  private String awaitLog(String name, String pattern) throws IOException {
    long start = System.nanoTime();
    while (System.nanoTime() - start < LONGEST.toNanos()) {
      Matcher found = Pattern.compile(pattern).matcher(read(messages(name)));
      if (found.find()) {
        return found.group();
      }
      pause();
    }
    throw new IllegalStateException(
        "no " + pattern + " within " + LONGEST + ": " + read(messages(name)));
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
