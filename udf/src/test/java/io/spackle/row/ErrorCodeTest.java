package io.spackle.row;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ErrorCodeTest {

  private static final Path PAGE = Path.of("..", "docs", "error-codes.md");

  /** Where this fails, put the expected lines into the page. */
  @Test
  void thePageOfErrorCodesSaysWhatTheCodesSay() throws IOException {
    List<String> table =
        Files.readAllLines(PAGE).stream().filter(line -> line.startsWith("| `")).toList();
    assertThat(table)
        .containsExactlyElementsOf(
            Arrays.stream(ErrorCode.values()).map(ErrorCodeTest::line).toList());
  }

  private static String line(ErrorCode code) {
    String mayPass = ErrorCode.automatic().contains(code) ? "yes" : "no";
    return "| `%s` | %s | %s | %s |".formatted(code, code.meaning(), code.advice(), mayPass);
  }
}
