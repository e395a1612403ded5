package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher's archive of classes. The launcher runs in a folder of its own, with a small program
 * in the place of Spark's, and Java is a script.
 */
@Timeout(60)
class LauncherTest {

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final String ARCHIVED = "source: shared objects file (top)";

  /** Runs the program with Java, whatever class is asked for. */
  private static final String JAVA =
      "exec '"
          + Path.of(System.getProperty("java.home"), "bin/java")
          + "' -Xlog:class+load \"${@/org.apache.spark.deploy.SparkSubmit/"
          + Program.class.getName().replace("$", "\\$")
          + "}\"\n";

  private static final String ARGUMENTS = "echo \"$CLASSPATH\" \"$@\"\n";

  /** Whether Java is to make the archive. */
  private static final String ASKED = "[[ \"$*\" != *ArchiveClassesAtExit* ]] || ";

  private static final String MAKES =
      "echo archive > \"$(grep -o '/[^ ]*classes.jsa' <<< \"$*\")\"";

  @TempDir Path folder;
  private Path target;

  /** What the launcher starts. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) {
      System.out.println("started");
    }
  }

  /** What the launcher printed. */
  private record End(int code, String out, String err) {}

  @BeforeEach
  void copyOfTheLauncher() throws IOException {
    Files.copy(ROOT.resolve("spackle"), folder.resolve("spackle"));
    Files.createDirectories(folder.resolve("conf/demo"));
    for (String file : List.of("jvm.options", "demo/manifest.jsonl")) {
      Files.copy(ROOT.resolve("conf").resolve(file), folder.resolve("conf").resolve(file));
    }
    Files.createDirectory(folder.resolve("conf/profiles"));
    Files.createFile(folder.resolve("conf/reference.conf"));
    Files.writeString(folder.resolve("pom.xml"), "");
    for (String module : List.of("models", "udf", "jobs")) {
      Files.createDirectories(folder.resolve(module).resolve("src/main"));
      Files.writeString(folder.resolve(module).resolve("pom.xml"), "");
    }
    target = Files.createDirectories(folder.resolve("jobs/target"));
    Path jar = Files.createDirectories(folder.resolve("hadoop-aws")).resolve("onnxruntime-1.jar");
    String entry = Program.class.getName().replace('.', '/') + ".class";
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
        var in = Program.class.getClassLoader().getResourceAsStream(entry)) {
      out.putNextEntry(new JarEntry(entry));
      in.transferTo(out);
    }
    Files.writeString(target.resolve("runtime.classpath"), jar.toString());
    age(target.resolve("runtime.classpath"), Duration.ofMinutes(1));
    Files.createFile(target.resolve("spackle-jobs.jar"));
    age(target.resolve("spackle-jobs.jar"), Duration.ofDays(-1));
    release("17.0.1");
  }

  @Test
  void jobsTakeTheirClassesFromAnArchiveThatTheFirstOneMakes() throws Exception {
    java(JAVA);
    End first = spackle("run", "job.conf");
    assertThat(first.out).contains("started\n").doesNotContain(ARCHIVED);
    Path archive = made();
    End second = spackle("plan", "job.conf");
    assertThat(second.out).contains(Program.class.getName() + " " + ARCHIVED, "started\n");
    assertThat(first.err + second.err).isEmpty();
    assertThat(archives()).containsExactly(archive);
  }

  @Test
  void noJobWaitsForTheArchive() throws Exception {
    Path go = folder.resolve("go");
    java(
        ASKED
            + "{ until [[ -e '"
            + go
            + "' ]]; do sleep 0.1; done; exec "
            + MAKES
            + "; }\n"
            + ARGUMENTS);
    assertThat(spackle("run", "job.conf").out).doesNotContain("SharedArchiveFile");
    assertThat(spackle("run", "job.conf").out).doesNotContain("SharedArchiveFile");
    Files.createFile(go);
    Path archive = made();
    assertThat(spackle("run", "job.conf").out).contains("-XX:SharedArchiveFile=" + archive);
  }

  @Test
  void archivesThatDoNotFitAreIgnoredInSilence() throws Exception {
    End silent = new End(0, "started\n", "");
    java(JAVA.replace("-Xlog:class+load", ""));
    assertThat(spackle("run", "job.conf")).isEqualTo(silent);
    Path archive = made();
    java(JAVA.replace("-Xlog:class+load", "-XX:-UseCompressedOops")); // as with a heap of 32 GB
    assertThat(spackle("run", "job.conf")).isEqualTo(silent);
    java(JAVA.replace("-Xlog:class+load", ""));
    Files.delete(archive);
    Files.write(archive, new byte[100_000]);
    assertThat(spackle("run", "job.conf")).isEqualTo(silent);
  }

  @Test
  void anArchiveThatCannotBeMadeIsTriedAgainAfterAnHour() throws Exception {
    java(ASKED + "{ echo >> '" + folder + "/tries'; exit 1; }\n" + ARGUMENTS);
    age(target.resolve("runtime.classpath"), Duration.ofHours(3));
    for (int i = 0; i < 2; i++) {
      End end = spackle("run", "job.conf");
      assertThat(end.out).contains("SparkSubmit").doesNotContain("SharedArchiveFile");
      assertThat(end.err).isEmpty();
      waitUntil(() -> names().size() == 1);
    }
    assertThat(folder.resolve("tries")).hasContent("\n");
    age(archives().get(0), Duration.ofMinutes(61));
    spackle("run", "job.conf");
    waitUntil(() -> Files.size(folder.resolve("tries")) == 2);
    waitUntil(() -> names().size() == 1);
  }

  @Test
  void otherLibrariesAndOtherJavasGetOtherArchives() throws Exception {
    java(ASKED + "exec " + MAKES + "\n" + ARGUMENTS);
    spackle("run", "job.conf");
    Path first = made();
    release("17.0.2");
    spackle("run", "job.conf");
    waitUntil(() -> archives().size() == 2 && names().size() == 2);
    Files.delete(first);
    Path second = made();
    age(target.resolve("runtime.classpath"), Duration.ofMinutes(-1));
    assertThat(spackle("run", "job.conf").out).doesNotContain("SharedArchiveFile");
    assertThat(made()).isEqualTo(second);
  }

  @Test
  void onlyLocalJobsMakeOne() throws Exception {
    java(ASKED + "exit 1\n" + ARGUMENTS);
    assertThat(spackle("--help").err).isEmpty();
    assertThat(spackle("run", "--help").err).isEmpty();
    assertThat(spackle("run", "job.conf", "--master", "yarn").err).isEmpty();
    assertThat(archives()).isEmpty();
  }

  /** A class path fits an archive if it begins with that of the archive. */
  @Test
  void otherCommandsUseIt() throws Exception {
    java(ASKED + "exec " + MAKES + "\n" + ARGUMENTS);
    spackle("run", "job.conf");
    Path archive = made();
    String libraries = Files.readString(target.resolve("runtime.classpath"));
    assertThat(spackle("models").out)
        .startsWith(libraries + ":" + target.toRealPath().resolve("spackle-jobs.jar") + " ")
        .contains("-XX:SharedArchiveFile=" + archive);
  }

  /** A JDK whose Java is a script. */
  private void java(String script) throws IOException {
    Path java = Files.createDirectories(folder.resolve("jdk/bin")).resolve("java");
    Files.writeString(java, "#!/usr/bin/env bash\n" + script);
    assertThat(java.toFile().setExecutable(true)).isTrue();
  }

  private void release(String version) throws IOException {
    Files.createDirectories(folder.resolve("jdk"));
    Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=" + version + "\n");
  }

  private static void age(Path file, Duration age) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
  }

  /** The only archive, once it is made. */
  private Path made() throws Exception {
    waitUntil(() -> names().size() == 1 && Files.size(archives().get(0)) > 0);
    return archives().get(0);
  }

  private static void waitUntil(Callable<Boolean> condition) throws Exception {
    while (!condition.call()) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  private List<Path> archives() throws IOException {
    return names().stream().filter(file -> file.toString().endsWith(".jsa")).toList();
  }

  /** Archives and what they are made of. */
  private List<Path> names() throws IOException {
    try (Stream<Path> files = Files.list(target.toRealPath())) {
      return files.filter(file -> file.getFileName().toString().startsWith("classes-")).toList();
    }
  }

  private End spackle(String... arguments) throws Exception {
    Process process = start(arguments);
    int code = process.waitFor();
    return new End(
        code, Files.readString(folder.resolve("out")), Files.readString(folder.resolve("err")));
  }

  private Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(folder.resolve("spackle").toString()));
    command.addAll(Arrays.asList(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.matches("(SPARK|SPACKLE)_.*"));
    builder.environment().put("JAVA_HOME", folder.resolve("jdk").toString());
    return builder
        .redirectOutput(folder.resolve("out").toFile())
        .redirectError(folder.resolve("err").toFile())
        .start();
  }
}
