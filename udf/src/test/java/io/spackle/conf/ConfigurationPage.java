package io.spackle.conf;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Generates the page of all keys from conf/reference.conf, with one table per section. Its main
 * method, run in udf, writes the page.
 */
final class ConfigurationPage {

  static final Path FILE = Path.of("..", "docs", "configuration.md");

  private static final Path REFERENCE = Path.of("..", "conf", "reference.conf");

  private static final String HEAD =
      """
      # Configuration

      All keys of a job with their defaults, generated from [conf/reference.conf](../conf/reference.conf). All keys are
      below `spackle`. A job's own file overrides these defaults, and `-D key=value` on the command line overrides the
      file. A relative path is resolved against the folder of the file that contains it; after `-D`, against the
      current folder. `null` means that the key is not set.

      `./spackle plan job.conf` prints the configuration of a job, with the file and line that set each key. See
      [Before a run](guide.md#before-a-run).
      """;

  private ConfigurationPage() {}

  public static void main(String[] args) throws IOException {
    Files.writeString(FILE, text());
  }

  static String text() {
    // Without the environment, which may contain secrets.
    Config reference =
        ConfigFactory.parseFile(REFERENCE.toFile()).resolve(ConfigResolveOptions.noSystem());
    return HEAD
        + inOrder(reference.getObject("spackle"))
            .map(section -> section(section.getKey(), section.getValue()))
            .collect(Collectors.joining());
  }

  private static String section(String name, ConfigValue value) {
    String about = comment(value);
    return "\n## "
        + name
        + "\n\n"
        + (about.isEmpty() ? "" : about + "\n\n")
        + "| key | default | description |\n|---|---|---|\n"
        + inOrder((ConfigObject) value)
            .map(key -> row(name + "." + key.getKey(), key.getValue()))
            .collect(Collectors.joining());
  }

  /** One row, or those of the keys of a group within the section. */
  private static String row(String key, ConfigValue value) {
    if (value instanceof ConfigObject group && !group.isEmpty()) {
      return inOrder(group)
          .map(inner -> row(key + "." + inner.getKey(), inner.getValue()))
          .collect(Collectors.joining());
    }
    return "| `%s` | `%s` | %s |\n"
        .formatted(
            key, value.render(ConfigRenderOptions.concise()), comment(value).replace("|", "\\|"));
  }

  private static String comment(ConfigValue value) {
    return value.origin().comments().stream().map(String::strip).collect(Collectors.joining(" "));
  }

  private static Stream<Map.Entry<String, ConfigValue>> inOrder(ConfigObject object) {
    return object.entrySet().stream()
        .sorted(Comparator.comparingInt(entry -> entry.getValue().origin().lineNumber()));
  }
}
