package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** File names with any letters are found, or a warning names the locale. */
class FileNamesTest {

  @Test
  void anEncodingWithoutAllLettersIsNamed() {
    assertThat(FileNames.warning("UTF-8")).isEmpty();
    assertThat(FileNames.warning("ANSI_X3.4-1968").orElseThrow())
        .contains("the locale's encoding is ANSI_X3.4-1968")
        .endsWith("set LC_ALL=C.UTF-8");
  }

  /** The launcher's line, followed by what Java makes of the locale. */
  @ParameterizedTest
  @ValueSource(strings = {"C", "POSIX", "C.UTF-8", "de_AT.UTF-8", "en_US.ISO-8859-1", ""})
  void theLauncherChoosesALocaleWithAllLetters(String locale) throws IOException {
    String script =
        "eval \"$(grep 'locale charmap' ../spackle)\"; exec \"$0\" -XshowSettings:properties -version";
    ProcessBuilder builder =
        new ProcessBuilder(
            "bash", "-c", script, Path.of(System.getProperty("java.home"), "bin/java").toString());
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.equals("LANG") || name.startsWith("LC_"));
    environment.put("LC_ALL", locale);
    String settings =
        new String(
            builder.redirectErrorStream(true).start().getInputStream().readAllBytes(),
            StandardCharsets.UTF_8);
    assertThat(settings).contains("sun.jnu.encoding = UTF-8");
  }
}
