package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.jobs.KillBench.Blow;
import io.spackle.jobs.KillBench.Fault;
import io.spackle.jobs.KillBench.Output;
import io.spackle.jobs.KillBench.Round;
import io.spackle.jobs.KillBench.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands of the documentation for clusters of CPUs, on a standalone cluster with two workers
 * whose Spark knows nothing of Spackle; an executor is told to go, a worker is killed, and then the
 * driver. A short form of {@code ./bench kill}.
 */
@Timeout(900)
class SubmitTest {

  private static final Size SHORT = new Size(24, 6, 1, 400);
  private static final String JAR = "jobs/target/spackle-jobs.jar";
  private static final String S3_JARS = "\"$(echo jobs/target/cluster/s3/*.jar | tr ' ' ,)\"";

  @TempDir static Path folder;

  private static KillBench bench;
  private static LocalCluster cluster;
  private static Map<String, String> undisturbed;
  private static Path jar;

  @BeforeAll
  static void startCluster() throws IOException {
    bench = new KillBench(folder, SHORT, System.nanoTime());
    cluster = LocalCluster.ofPlainSpark(folder.resolve("spark"));
    jar = SparkJars.write(folder.resolve("spackle-jobs.jar"));
    undisturbed = bench.undisturbed();
  }

  @AfterAll
  static void stopCluster() throws IOException {
    cluster.close();
    bench.close();
  }

  @Test
  void noRowIsLostOrDuplicatedWhenAMachineAndTheDriverAreKilled() throws Exception {
    Path conf = conf("cpu.conf", "");
    Output local = bench.local();
    List<Blow> blows =
        check(
            command("../README.md", JAR + " job.conf"),
            new Output(conf, local.location(), local.folder()),
            Fault.EXECUTOR_TOLD_TO_GO,
            Fault.WORKER,
            Fault.DRIVER);
    assertThat(blows.get(0).loss().rows())
        .as("an executor that is told to go loses no work: %s", blows)
        .isZero();
  }

  @Test
  void noRowIsLostOrDuplicatedOnS3WhenAMachineAndTheDriverAreKilled() throws Exception {
    S3Server server = S3Server.ofTests();
    Path bucket = server.bucket("submitted");
    server.upload(folder.resolve("rows.jsonl"), "s3a://submitted/rows.jsonl");
    server.upload(folder.resolve("mask.png"), "s3a://submitted/mask.png");
    String options =
        server.options().entrySet().stream()
            .map(option -> "\"%s\" = \"%s\"".formatted(option.getKey(), option.getValue()))
            .collect(Collectors.joining("\n"));
    Path conf =
        conf(
            "s3.conf",
            """
            include "profiles/s3.conf"
            spackle {
              manifest { path = "s3a://submitted/rows.jsonl", base = "s3a://submitted" }
              fetch.allow-files = ["s3a://submitted"]
              hadoop.options { %s }
            }
            """
                .formatted(options));
    check(
        command("../docs/operations.md", S3_JARS),
        new Output(conf, "s3a://submitted/out", bucket.resolve("out")),
        Fault.WORKER,
        Fault.DRIVER);
  }

  /** The job of the bench, whose lease would expire while a busy machine pauses a driver. */
  private static Path conf(String name, String settings) throws IOException {
    return Files.writeString(
        folder.resolve(name),
        "include \"job.conf\"\nspackle.output.claim-timeout = 2m\n" + settings);
  }

  private static List<Blow> check(String command, Output output, Fault... faults) throws Exception {
    cluster.completeWorkers(SHORT.cores());
    cluster.submitBy(words(command));
    Round round = bench.round(undisturbed, cluster, output, List.of(faults));
    assertThat(round.isCorrect(SHORT)).as(round.toString()).isTrue();
    return round.blows();
  }

  /**
   * The first command in a document that submits a job with some words.
   *
   * @return in one line
   */
  private static String command(String document, String words) throws IOException {
    String text = Files.readString(Path.of(document)).replaceAll("\\\\\\R\\s*", "");
    Matcher commands = Pattern.compile("(?m)^spark-submit .*$").matcher(text);
    return commands
        .results()
        .map(found -> found.group())
        .filter(command -> command.contains(words))
        .findFirst()
        .orElseThrow();
  }

  /** The words of a command on this cluster, without those of the job. */
  private static List<String> words(String command) {
    String here =
        command
            .replace("spark://MASTER:7077", cluster.address())
            .replace(S3_JARS, joined(SparkJars.ofS3()))
            .replace(JAR, jar.toString())
            .replaceFirst(" job\\.conf$", "");
    assertThat(here).as("all is replaced").doesNotContain("jobs/target", "MASTER", "\"", "$");
    List<String> words = new ArrayList<>(List.of(here.split(" ")));
    // The jar of the build contains these libraries.
    int jars = words.indexOf("--jars");
    if (jars < 0) {
      words.addAll(1, List.of("--jars", joined(SparkJars.ofJobs())));
    } else {
      words.set(jars + 1, words.get(jars + 1) + "," + joined(SparkJars.ofJobs()));
    }
    return words;
  }

  private static String joined(List<Path> jars) {
    return jars.stream().map(Path::toString).collect(Collectors.joining(","));
  }
}
