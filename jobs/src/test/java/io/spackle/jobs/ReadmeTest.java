package io.spackle.jobs;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.conf.ConfFile;
import io.spackle.family.Note;
import io.spackle.row.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** README.md, CONTRIBUTING.md and docs: commands and examples work, references resolve. */
class ReadmeTest {

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final int LONGEST_README = 200;

  /** Pages of which only the links are checked. */
  private static final List<String> MORE_PAGES =
      List.of(
          "CHANGELOG.md",
          "conf/cluster/README.md",
          "models/README.md",
          "models/bundles/README.md",
          "models/training/README.md",
          "models/training/MODEL_CARD.md",
          "models/src/test/golden/README.md");

  private static final Pattern FENCED = Pattern.compile("(?ms)^```(\\w*)\n(.*?)^```$");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");

  @TempDir Path folder;

  /** A page, and what links in it are relative to. */
  private record Page(Path file, String text) {

    static Page of(Path file) {
      try {
        return new Page(file, Files.readString(file));
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    /** The code blocks of a language, or of all languages. */
    List<String> blocks(String languages) {
      return FENCED
          .matcher(text)
          .results()
          .filter(block -> block.group(1).matches(languages))
          .map(block -> block.group(2))
          .toList();
    }

    /** The text without code blocks, whose lines may look like headings. */
    String prose() {
      return FENCED.matcher(text).replaceAll("");
    }

    /** The anchors that GitHub gives to headings. */
    List<String> anchors() {
      return HEADING
          .matcher(prose())
          .results()
          .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
          .map(heading -> heading.replaceAll("[^\\w\\- ]", "").replace(' ', '-'))
          .toList();
    }
  }

  @Test
  void theReadmeIsShort() throws IOException {
    assertThat(Files.readAllLines(ROOT.resolve("README.md")))
        .hasSizeLessThanOrEqualTo(LONGEST_README);
  }

  @Test
  void firstJobRuns() throws IOException {
    ImageFiles.write(folder.resolve("2.jpg"), 96, 64, (x, y) -> x + y);
    ImageFiles.write(folder.resolve("2-mask.png"), 96, 64, (x, y) -> x < y ? 255 : 0);
    String rows = block("{\"id\": \"sku-1\"").replace("/photos", folder.toString());
    Files.writeString(folder.resolve("rows.jsonl"), rows);
    String job =
        block("manifest.path = rows.jsonl")
            .replace("/photos", folder.toString())
            .replace("models/sd15-inpainting", TestJob.bundle("idle-sd15-inpaint").toString());
    String offline =
        "\nspackle { fetch.retries = 0, fetch.allow-hosts = [127.0.0.1], report.enabled = false }";
    JobResult end =
        JobResult.of(Files.writeString(folder.resolve("job.conf"), job + offline)).isDone();
    assertThat(end.line().get("rows").asInt()).isEqualTo(2);
    assertThat(end.line().get("succeeded").asInt()).as("the row of files").isEqualTo(1);
  }

  @Test
  void rowsOfRecipesAreValidJson() throws IOException {
    ObjectMapper json = new ObjectMapper();
    for (String row : block("\"id\": \"no5\"").lines().toList()) {
      assertThat(json.readTree(row).get("prompt").asText()).isNotBlank();
    }
  }

  /** Options that the launcher takes for itself are left out. */
  @Test
  void commandsCanBeParsed() throws IOException {
    List<String> commands =
        Stream.concat(
                matches("(?m)^ {0,4}(?:\\w+=\\w+ )?\\./spackle (.+?)(?: {2,}#.*)?$"),
                matches("`(?:\\w+=\\w+ )?\\./spackle (\\w+ [^`]+)`"))
            .map(command -> command.replaceAll(" --(master|submit-arg) \\S+", ""))
            .toList();
    assertThat(commands).hasSizeGreaterThan(15);
    for (String command : commands) {
      String[] words =
          Stream.of(command.split(" (?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)"))
              .map(word -> word.replace("\"", ""))
              .toArray(String[]::new);
      assertThatCode(() -> Main.commands().parseArgs(words)).as(command).doesNotThrowAnyException();
    }
  }

  @Test
  void keysAreOnTheConfigurationPage() throws IOException {
    String page = Files.readString(ROOT.resolve("docs/configuration.md"));
    List<String> keys =
        Stream.concat(matches("`([a-z-]+\\.[a-z.-]+)(?: = [^`]*)?`"), matches("-D ([a-z.-]+)="))
            .filter(key -> page.contains("\n## " + key.split("\\.")[0] + "\n"))
            .filter(key -> !key.endsWith(".onnx")) // model.onnx is a file
            .map(
                key ->
                    key.replaceFirst("^masks\\.\\w+\\.", "masks.text.")) // entries have own names
            .toList();
    assertThat(keys)
        .hasSizeGreaterThan(40)
        .allSatisfy(key -> assertThat(page).contains("| `" + key + "` |"));
  }

  /** Unknown keys are refused; what keys are set to is not checked. */
  @Test
  void configurationsHaveKnownKeys() throws IOException {
    Files.createSymbolicLink(folder.resolve("profiles"), ROOT.resolve("conf/profiles"));
    List<String> blocks = pages().stream().flatMap(page -> page.blocks("hocon").stream()).toList();
    assertThat(blocks).hasSizeGreaterThan(3);
    for (String block : blocks) {
      Path conf = Files.writeString(folder.resolve("job.conf"), block);
      assertThatCode(() -> ConfFile.load(Optional.of(conf), Map.of(), reader -> ""))
          .as(block)
          .doesNotThrowAnyException();
    }
  }

  @Test
  void librariesForSparkSubmitHaveTheVersionsOfTheBuild() throws IOException {
    String pom = Files.readString(ROOT.resolve("pom.xml"));
    assertThat(matches("com\\.microsoft\\.onnxruntime:onnxruntime:([0-9.]+)"))
        .isNotEmpty()
        .allSatisfy(
            version -> assertThat(pom).contains("<onnxruntime.version>" + version + "</onn"));
    assertThat(matches("org\\.apache\\.hadoop:hadoop-aws:([0-9.]+)"))
        .isNotEmpty()
        .allSatisfy(version -> assertThat(pom).contains("<hadoop.version>" + version + "</had"));
  }

  @Test
  void retryCodesAreErrorCodes() throws IOException {
    List<String> codes = Stream.of(ErrorCode.values()).map(ErrorCode::name).toList();
    assertThat(matches("--retry-codes ([A-Z_,]+)"))
        .isNotEmpty()
        .flatMap(given -> Arrays.asList(given.split(",")))
        .isSubsetOf(codes);
    List<String> names = new ArrayList<>(codes);
    Stream.of(Note.values()).map(Note::name).forEach(names::add);
    String families =
        names.stream().map(name -> name.split("_")[0]).distinct().collect(joining("|"));
    assertThat(matches("`((?:" + families + ")_[A-Z_]+)`")).isNotEmpty().isSubsetOf(names);
  }

  @Test
  void linksLeadToFilesAndHeadings() throws IOException {
    int links = 0;
    for (Page page :
        Stream.concat(pages().stream(), MORE_PAGES.stream().map(ROOT::resolve).map(Page::of))
            .toList()) {
      for (MatchResult link : LINK.matcher(page.prose()).results().toList()) {
        if (!link.group(1).contains(":")) {
          check(page, link.group(1));
          links++;
        }
      }
    }
    assertThat(links).isGreaterThan(60);
  }

  private static void check(Page page, String link) {
    String as = page.file() + ": " + link;
    String[] parts = link.split("#", 2);
    Path target =
        parts[0].isEmpty() ? page.file() : page.file().resolveSibling(parts[0]).normalize();
    assertThat(target).as(as).exists();
    if (parts.length > 1) {
      assertThat(Page.of(target).anchors()).as(as).contains(parts[1]);
    }
  }

  @Test
  void benchModesExist() throws IOException {
    String bench = Files.readString(ROOT.resolve("bench"));
    assertThat(matches("\\./bench ([a-z0-9]+)"))
        .isNotEmpty()
        .allSatisfy(mode -> assertThat(bench).contains("\n  " + mode + ") "));
  }

  @Test
  void classesWithFullNamesExist() throws IOException {
    assertThat(matches("(io\\.spackle\\.[a-z.]+\\.[A-Z]\\w+)"))
        .hasSizeGreaterThan(5)
        .allSatisfy(
            name ->
                assertThatCode(() -> Class.forName(name, false, getClass().getClassLoader()))
                    .doesNotThrowAnyException());
  }

  /** Classes stand alone, such as RowKey, or behind their package, such as row/RowKey. */
  @Test
  void classesOfTheArchitectureExist() throws IOException {
    List<String> sources = new ArrayList<>();
    for (String module : List.of("models", "udf", "jobs")) {
      for (String tree : List.of("src/main/java/io/spackle", "src/test/java/io/spackle")) {
        Path top = ROOT.resolve(module).resolve(tree);
        try (Stream<Path> files = Files.walk(top)) {
          files.map(file -> "/" + top.relativize(file)).forEach(sources::add);
        }
      }
    }
    List<String> names = new ArrayList<>();
    for (String page : List.of("CONTRIBUTING.md", "docs/architecture.md")) {
      Pattern.compile("`(?:\\w+/…/)?((?:[a-z]+/)*[A-Z]\\w+)`")
          .matcher(Page.of(ROOT.resolve(page)).text())
          .results()
          .map(name -> name.group(1))
          .filter(name -> !name.equals(name.toUpperCase(Locale.ROOT)))
          .forEach(names::add);
    }
    assertThat(names)
        .hasSizeGreaterThan(40)
        .allSatisfy(
            name -> assertThat(sources).anyMatch(file -> file.endsWith("/" + name + ".java")));
  }

  /** The code block that contains a text. */
  private static String block(String text) throws IOException {
    return pages().stream()
        .flatMap(page -> page.blocks(".*").stream())
        .filter(block -> block.contains(text))
        .findFirst()
        .orElseThrow();
  }

  private static Stream<String> matches(String pattern) throws IOException {
    Pattern compiled = Pattern.compile(pattern);
    return pages().stream()
        .flatMap(page -> compiled.matcher(page.text()).results())
        .map(result -> result.group(1));
  }

  private static List<Page> pages() throws IOException {
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      List<Path> files =
          new ArrayList<>(List.of(ROOT.resolve("README.md"), ROOT.resolve("CONTRIBUTING.md")));
      docs.filter(file -> file.toString().endsWith(".md")).sorted().forEach(files::add);
      return files.stream().map(Page::of).toList();
    }
  }
}
