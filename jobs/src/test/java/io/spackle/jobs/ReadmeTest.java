package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.row.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README: its commands and examples work, and what it refers to exists. */
class ReadmeTest {

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  @TempDir Path folder;

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

  @Test
  void commandsCanBeParsed() throws IOException {
    List<String> commands = matches("(?m)^ {4}(?:\\w+=\\w+ )?\\./spackle (.+?)(?: {2,}#.*)?$");
    assertThat(commands).hasSizeGreaterThan(5);
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
        Stream.concat(
                matches("`([a-z-]+\\.[a-z.-]+)(?: = [^`]*)?`").stream(),
                matches("-D ([a-z.-]+)=").stream())
            .filter(key -> page.contains("\n## " + key.split("\\.")[0] + "\n"))
            .toList();
    assertThat(keys)
        .hasSizeGreaterThan(20)
        .allSatisfy(key -> assertThat(page).contains("| `" + key + "` |"));
  }

  @Test
  void retryCodesAreErrorCodes() throws IOException {
    assertThat(matches("--retry-codes ([A-Z_,]+)"))
        .isNotEmpty()
        .flatMap(codes -> Arrays.asList(codes.split(",")))
        .isSubsetOf(Stream.of(ErrorCode.values()).map(ErrorCode::name).toList());
  }

  @Test
  void linkedFilesExist() throws IOException {
    assertThat(matches("\\]\\(([^)#:]+)\\)"))
        .hasSizeGreaterThan(10)
        .allSatisfy(link -> assertThat(ROOT.resolve(link)).exists());
  }

  @Test
  void benchModesExist() throws IOException {
    String bench = Files.readString(ROOT.resolve("bench"));
    assertThat(matches("\\./bench ([a-z]+)"))
        .isNotEmpty()
        .allSatisfy(mode -> assertThat(bench).contains("\n  " + mode + ") "));
  }

  /** The indented paragraph that holds a text, without its indent. */
  private static String block(String text) throws IOException {
    return Stream.of(readme().split("\n\n"))
        .filter(paragraph -> paragraph.startsWith("    ") && paragraph.contains(text))
        .findFirst()
        .orElseThrow()
        .stripIndent();
  }

  private static List<String> matches(String pattern) throws IOException {
    return Pattern.compile(pattern)
        .matcher(readme())
        .results()
        .map(result -> result.group(1))
        .toList();
  }

  private static String readme() throws IOException {
    return Files.readString(ROOT.resolve("README.md"));
  }
}
