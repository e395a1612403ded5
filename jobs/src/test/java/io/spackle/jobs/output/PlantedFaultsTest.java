package io.spackle.jobs.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The simulation is worth something only if it finds faults: each of these takes a rule out of the
 * code, compiles it, and plays histories until one violates something.
 */
class PlantedFaultsTest {

  private static final int MOST_HISTORIES = 1500;
  private static final String LEASE = "jobs/src/main/java/io/spackle/jobs/lease/";
  private static final String FILES = "jobs/src/main/java/io/spackle/jobs/files/";
  private static final String ROW = "udf/src/main/java/io/spackle/row/";
  private static final String OUTPUT = "jobs/src/main/java/io/spackle/jobs/output/";

  private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();
  private static final StandardJavaFileManager SHARED_FILES =
      COMPILER.getStandardFileManager(null, null, null);

  @TempDir Path folder;

  /**
   * A rule that is taken out.
   *
   * @param rule in plain words
   * @param file of its code
   * @param code that occurs once
   * @param without the code in its place
   * @param violation that histories find, a part of its text
   * @param seed of a history that finds it; if the simulation has changed, a later one may
   */
  record Fault(String rule, String file, String code, String without, String violation, long seed) {

    @Override
    public String toString() {
      return rule;
    }
  }

  static Stream<Fault> faults() {
    return Stream.of(
        new Fault(
            "on S3, a meta file is created only if its name is free",
            FILES + "AtomicFiles.java",
            "target.must(IF_NONE_MATCH, true);",
            "",
            "is published",
            21),
        new Fault(
            "on S3, each change looks for the fence first",
            LEASE + "RunFiles.java",
            "if (leases.isFenced(folder)) {",
            "if (false) {",
            "the fenced run",
            37),
        new Fault(
            "a run that takes over records that orphaned images are possible",
            LEASE + "Leases.java",
            "files.system().create(orphanMarker(), true).close();",
            "",
            "the orphaned image",
            11),
        new Fault(
            "a damaged lease expires",
            LEASE + "LeaseRecord.java",
            "return new LeaseRecord(run, UNKNOWN, UNKNOWN, 0, Instant.EPOCH, TIMEOUT_OF_UNKNOWN);",
            "throw new IllegalStateException(e);",
            "are published at the end",
            2),
        new Fault(
            "a file that is not needed any more need not be deleted",
            FILES + "AtomicFiles.java",
            "LOG.warn(\"cannot delete {}, which is not needed any more\", path, e);",
            "throw new IllegalStateException(e);",
            "because it cannot delete",
            122),
        new Fault(
            "an attempt that loses a file drops the rows that the winner has published",
            OUTPUT + "AddedFiles.java",
            "rows = unpublished(rows);",
            "",
            "is published twice",
            2),
        new Fault(
            "webhooks are called for rows that this attempt has published",
            OUTPUT + "AddedFiles.java",
            "return rows;\n  }\n\n  /** How many",
            "return finished;\n  }\n\n  /** How many",
            "with an unpublished body",
            2),
        new Fault(
            "a run holds its lease while its last heartbeat is young, whatever its threads do",
            LEASE + "Lease.java",
            "if (!isHeld()) {",
            "if (lastBeat.isLost()) {",
            "changes the table",
            282),
        new Fault(
            "on S3, a meta file is replaced only if it has not changed",
            FILES + "AtomicFiles.java",
            "target.must(IF_MATCH, expected.tag());",
            "",
            "is published",
            807),
        new Fault(
            "on S3, a run that has ended leaves a fence",
            LEASE + "Leases.java",
            "fence.write(ENDED);",
            "fence.write(ENDED); } files.system().delete(fenceOf(folder), true); if (false) {",
            "is published twice",
            3),
        new Fault(
            "another outcome of a row has another webhook id",
            ROW + "MetaRow.java",
            "return key + \"_\" + Sha256.hex(content.toString()).substring(0, OUTCOME_DIGITS);",
            "return key;",
            "have the same id",
            5),
        new Fault(
            "the marker of a live process says nothing of a crash",
            "udf/src/main/java/io/spackle/quarantine/Markers.java",
            "row.matches() && !alive.computeIfAbsent(row.group(2), current::isAlive)",
            "row.matches()",
            "is quarantined, but fewer than two processes crashed",
            0),
        new Fault(
            "a file in place of others is announced before it appears",
            OUTPUT + "MergedFiles.java",
            "files.write(announcement, out -> writeToDisk(json, out));",
            "",
            "is published twice",
            0),
        new Fault(
            "a meta file is exchanged in one step",
            OUTPUT + "MergedFiles.java",
            "files.replaceBy(complete, new Path(meta, name));",
            "files.delete(new Path(meta, name)); files.publish(complete, new Path(meta, name));",
            "is not published any more",
            2));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void historiesFindWhatGoesWrongWithout(Fault fault) throws Exception {
    compile(fault);
    FileSystem.closeAll(); // Hadoop keeps instances of the classes that it has loaded first
    try (URLClassLoader loader = new URLClassLoader(classPath(), LIBRARIES)) {
      Method find =
          loader
              .loadClass(Simulation.class.getName())
              .getDeclaredMethod("find", long.class, int.class);
      find.setAccessible(true);
      String found = (String) find.invoke(null, fault.seed(), MOST_HISTORIES);
      System.out.println("without the rule that " + fault + ": " + found);
      assertThat(found).contains(fault.violation());
    } finally {
      FileSystem.closeAll();
    }
  }

  private void compile(Fault fault) throws IOException {
    Path source = Path.of("..", fault.file());
    String code = Files.readString(source);
    assertThat(code.split(Pattern.quote(fault.code()), -1))
        .as("%s has once: %s", fault.file(), fault.code())
        .hasSize(2);
    Path changed = folder.resolve(source.getFileName());
    Files.writeString(changed, code.replace(fault.code(), fault.without()));
    List<String> options =
        List.of(
            "-proc:none",
            "-nowarn",
            "-d",
            folder.toString(),
            "-cp",
            System.getProperty("java.class.path"));
    assertThat(
            COMPILER
                .getTask(
                    null,
                    SHARED_FILES,
                    null,
                    options,
                    null,
                    SHARED_FILES.getJavaFileObjects(changed))
                .call())
        .isTrue();
  }

  /** The changed classes, then all of Spackle's. */
  private URL[] classPath() throws MalformedURLException {
    List<URL> path = new ArrayList<>();
    path.add(folder.toUri().toURL());
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      path.add(Path.of(entry).toUri().toURL());
    }
    return path.toArray(URL[]::new);
  }

  /** The loader of everything but Spackle. */
  private static final ClassLoader LIBRARIES =
      new ClassLoader(null) {
        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
          if (name.startsWith("io.spackle.")) {
            throw new ClassNotFoundException(name);
          }
          return PlantedFaultsTest.class.getClassLoader().loadClass(name);
        }
      };
}
