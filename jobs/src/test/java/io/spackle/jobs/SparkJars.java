package io.spackle.jobs;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The class path of the tests, divided as on a cluster: what Spark has and what jobs bring. */
final class SparkJars {

  /** The libraries that {@code spackle-jobs.jar} contains. */
  private static final Pattern OF_JOBS =
      Pattern.compile(
          ".*/(com/upokecenter|com/github/(peteroupc|usefulness)|com/twelvemonkeys|com/samskivert"
              + "|com/typesafe/config|info/picocli|me/tongfei|ai/djl"
              + "|net/java/dev/jna|org/jline|org/jetbrains/kotlin|io/github/mymonstercat"
              + "|org/apache/httpcomponents/(client5|core5))/.*");

  /** Spackle's other modules: jars in a build of all, folders of classes otherwise. */
  private static final Pattern OF_MODULES = Pattern.compile(".*/target/spackle-[^/]+[.]jar");

  /** What the profile s3 of the build copies. */
  private static final Pattern OF_S3 =
      Pattern.compile(
          ".*/(software/amazon|org/wildfly/openssl|org/reactivestreams|org/apache/hadoop/hadoop-aws)/.*");

  private static final Pattern OF_TESTS =
      Pattern.compile(".*/(com/microsoft/onnxruntime|org/junit|org/assertj|org/seleniumhq)/.*");

  private SparkJars() {}

  /** The jars that Spark has. */
  static List<Path> ofSpark() {
    return classPath(Files::isRegularFile)
        .filter(
            jar ->
                Stream.of(OF_JOBS, OF_MODULES, OF_S3, OF_TESTS).noneMatch(kind -> isOf(kind, jar)))
        .toList();
  }

  /** The libraries that the jar of the build contains, which is only made after the tests. */
  static List<Path> ofJobs() {
    return classPath(jar -> isOf(OF_JOBS, jar) || isOf(OF_MODULES, jar)).toList();
  }

  /** S3A and the libraries that it needs. */
  static List<Path> ofS3() {
    return classPath(jar -> isOf(OF_S3, jar)).toList();
  }

  /** Writes Spackle's classes and resources to a jar; the modules repeat some, such as notices. */
  static Path write(Path jar) throws IOException {
    Set<String> names = new HashSet<>();
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out)) {
      for (Path folder : classPath(Files::isDirectory).toList()) {
        if (!folder.toString().contains("test")) {
          add(folder, names, entries);
        }
      }
    }
    return jar;
  }

  private static boolean isOf(Pattern kind, Path jar) {
    return kind.matcher(jar.toString()).matches();
  }

  private static void add(Path folder, Set<String> names, JarOutputStream entries)
      throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = folder.relativize(file).toString();
        if (names.add(name)) {
          entries.putNextEntry(new JarEntry(name));
          Files.copy(file, entries);
          entries.closeEntry();
        }
      }
    }
  }

  private static Stream<Path> classPath(Predicate<Path> kind) {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(Path::of)
        .filter(kind);
  }
}
