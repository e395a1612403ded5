package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.jobs.conf.JobConf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.s3a.AWSCredentialProviderList;
import org.apache.hadoop.fs.s3a.auth.CredentialProviderListFactory;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsCredentials;

/**
 * The sources of credentials with the profile s3. Credentials never appear in logs, even at level
 * DEBUG, in the output or on command lines.
 */
class S3CredentialsTest {

  private static final S3Server SERVER = S3Server.ofTests();
  private static final Path PROFILE =
      Path.of("../conf/profiles/s3.conf").toAbsolutePath().normalize();

  @TempDir Path folder;

  private Path bucket;

  private void fillBucket() throws IOException {
    bucket = SERVER.bucket("credentials");
    Path input = Files.createDirectory(folder.resolve("input"));
    ImageFiles.write(input.resolve("photo.png"), 64, 64, (x, y) -> x + y);
    ImageFiles.write(input.resolve("mask.png"), 64, 64, (x, y) -> x > y ? 255 : 0);
    Files.writeString(
        input.resolve("rows.jsonl"),
        """
        {"id": "a", "init_image": "photo.png", "mask_image": "mask.png", "prompt": "a wall"}
        {"id": "b", "init_image": "nothing.png", "mask_image": "mask.png", "prompt": "a wall"}
        """);
    SERVER.upload(input, "s3a://credentials/input");
  }

  /** Spark turns environment variables into Hadoop options, so one job tests both. */
  @Test
  void secretIsUsedAndNeverLoggedOrWritten() throws Exception {
    fillBucket();
    Path log = folder.resolve("job.log");
    Process job = start(log);
    Set<String> commands = new TreeSet<>();
    while (job.isAlive()) {
      commands.addAll(commandLines());
      Thread.sleep(200);
    }
    String logged = Files.readString(log, StandardCharsets.ISO_8859_1);
    assertThat(job.waitFor()).as(logged).isZero();
    assertThat(logged)
        .contains("\"succeeded\":1,\"failed\":1")
        .contains("DEBUG")
        .doesNotContain(S3Server.SECRET);
    assertThat(commands).isNotEmpty().noneMatch(line -> line.contains(S3Server.SECRET));
    Path output = bucket.resolve("out");
    assertThat(TestSpark.session().read().parquet(output + "/meta").toJSON().collectAsList())
        .hasSize(2)
        .noneMatch(row -> row.contains(S3Server.SECRET));
    assertThat(texts(output))
        .hasSizeGreaterThan(2)
        .allSatisfy((file, text) -> assertThat(text).as(file).doesNotContain(S3Server.SECRET));
  }

  @Test
  void keysComeFromHadoopOptions() throws IOException {
    Configuration hadoop = hadoopOfProfile();
    hadoop.set("fs.s3a.access.key", S3Server.KEY);
    hadoop.set("fs.s3a.secret.key", S3Server.SECRET);
    assertThat(found(hadoop).secretAccessKey()).isEqualTo(S3Server.SECRET);
  }

  /** With system properties, because a JVM cannot set AWS_PROFILE in its own environment. */
  @Test
  void keysComeFromAnAwsProfile() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("credentials"),
            """
            [default]
            aws_access_key_id = nobody
            aws_secret_access_key = nothing
            [painter]
            aws_access_key_id = %s
            aws_secret_access_key = %s
            """
                .formatted(S3Server.KEY, S3Server.SECRET));
    System.setProperty("aws.sharedCredentialsFile", file.toString());
    System.setProperty("aws.profile", "painter");
    try {
      assertThat(found(hadoopOfProfile()).secretAccessKey()).isEqualTo(S3Server.SECRET);
    } finally {
      System.clearProperty("aws.sharedCredentialsFile");
      System.clearProperty("aws.profile");
    }
  }

  /** The credentials that S3A uses. */
  private static AwsCredentials found(Configuration hadoop) throws IOException {
    URI uri = URI.create("s3a://credentials");
    try (AWSCredentialProviderList providers =
        CredentialProviderListFactory.createAWSCredentialProviderList(uri, hadoop)) {
      return providers.resolveCredentials();
    }
  }

  private static Configuration hadoopOfProfile() {
    Map<String, String> required =
        Map.of("manifest.path", "/in", "output.path", "/out", "model.path", "/model");
    Configuration hadoop = new Configuration();
    JobConf.load(Optional.of(PROFILE), required).hadoop().setIn(hadoop, new SparkConf(false));
    return hadoop;
  }

  private Process start(Path log) throws IOException {
    List<String> command = ChildJvm.command("1g");
    command.add("-Dspark.master=local[1]");
    command.add("-Dspark.sql.shuffle.partitions=1");
    command.add("-Dspark.ui.enabled=false");
    command.add("-Dspark.driver.host=127.0.0.1");
    command.add("-Dspark.driver.bindAddress=127.0.0.1");
    command.add("-Dlog4j2.configurationFile=" + debugLogging());
    command.add(InpaintJob.class.getName());
    command.add(conf().toString());
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("AWS_"));
    environment.put("AWS_ACCESS_KEY_ID", S3Server.KEY);
    environment.put("AWS_SECRET_ACCESS_KEY", S3Server.SECRET);
    environment.put(
        "CLASSPATH",
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    return builder.start();
  }

  private Path conf() throws IOException {
    String options =
        SERVER.address().entrySet().stream()
            .map(option -> "\"%s\" = \"%s\"".formatted(option.getKey(), option.getValue()))
            .collect(Collectors.joining("\n    "));
    return Files.writeString(
        folder.resolve("job.conf"),
        """
        include file("%s")
        spackle {
          manifest { path = "s3a://credentials/input/rows.jsonl", base = "s3a://credentials/input" }
          model { path = "%s", device = cpu }
          output.path = "s3a://credentials/out"
          fetch.allow-files = ["s3a://credentials"]
          defaults { width = 64, height = 64, num-inference-steps = 2 }
          hadoop.options {
            %s
          }
        }
        """
            .formatted(PROFILE, TestJob.bundle("idle-sd15-inpaint"), options));
  }

  private Path debugLogging() throws IOException {
    return Files.writeString(
        folder.resolve("log4j2.properties"),
        """
        appender.console.type = Console
        appender.console.name = console
        appender.console.target = SYSTEM_ERR
        appender.console.layout.type = PatternLayout
        appender.console.layout.pattern = %p %c: %m%n%ex
        rootLogger.level = info
        rootLogger.appenderRef.console.ref = console
        logger.s3a.name = org.apache.hadoop.fs.s3a
        logger.s3a.level = debug
        logger.aws.name = software.amazon.awssdk
        logger.aws.level = debug
        logger.headers.name = org.apache.http.headers
        logger.headers.level = debug
        logger.spark.name = org.apache.spark.deploy
        logger.spark.level = debug
        """);
  }

  /** The command lines of all visible processes. */
  private static List<String> commandLines() {
    try (Stream<ProcessHandle> processes = ProcessHandle.allProcesses()) {
      return processes.map(process -> process.info().commandLine().orElse("unknown")).toList();
    }
  }

  private static Map<String, String> texts(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .collect(Collectors.toMap(Path::toString, S3CredentialsTest::text));
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
