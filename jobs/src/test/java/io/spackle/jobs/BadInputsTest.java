package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks that {@code bad-inputs.md}, the list of bad inputs and their tests, is complete. */
class BadInputsTest {

  private static final int INPUTS = 92;

  private static final Pattern NUMBER = Pattern.compile("(?m)^\\| (\\d+) \\|");
  private static final Pattern TEST = Pattern.compile("`(\\w+Test)\\.(\\w+)`");
  private static final Pattern NUMBERED = Pattern.compile("void (b\\d\\d_\\w+)\\(");

  private final String list = Files.readString(Path.of("src/test/resources/bad-inputs.md"));

  BadInputsTest() throws IOException {}

  @Test
  void everyNumberIsListed() {
    Set<Integer> listed = new TreeSet<>();
    NUMBER.matcher(list).results().forEach(line -> listed.add(Integer.valueOf(line.group(1))));
    assertThat(listed).containsExactlyElementsOf(IntStream.rangeClosed(1, INPUTS).boxed().toList());
  }

  @Test
  void everyListedTestExists() throws IOException {
    for (MatchResult test : TEST.matcher(list).results().toList()) {
      String source = source(test.group(1));
      assertThat(source.contains("void " + test.group(2) + "(")).as(test.group()).isTrue();
    }
  }

  @Test
  void everyNumberedTestIsListed() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src/test/java/io/spackle/jobs"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        NUMBERED
            .matcher(Files.readString(file))
            .results()
            .map(test -> test.group(1))
            .forEach(test -> assertThat(list.contains("." + test + "`")).as(test).isTrue());
      }
    }
  }

  private static String source(String test) throws IOException {
    try (Stream<Path> modules = Files.list(Path.of(".."))) {
      for (Path module : modules.filter(Files::isDirectory).toList()) {
        Path tests = module.resolve("src/test/java");
        if (Files.isDirectory(tests)) {
          try (Stream<Path> files = Files.walk(tests)) {
            for (Path file : files.filter(path -> path.endsWith(test + ".java")).toList()) {
              return Files.readString(file);
            }
          }
        }
      }
    }
    throw new AssertionError("there is no " + test);
  }
}
