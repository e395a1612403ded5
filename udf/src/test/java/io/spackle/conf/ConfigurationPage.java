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

      Every key of a job with its default, as [conf/reference.conf](../conf/reference.conf) has them; all are below `spackle`. What a job's
      own file sets counts more, and `-D key=value` on the command line more still. A relative path counts from the folder of the file
      that it stands in; after `-D`, from the current folder. `null` means that nothing is set.
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
        + "| key | default | |\n|---|---|---|\n"
        + inOrder((ConfigObject) value)
            .map(key -> row(name + "." + key.getKey(), key.getValue()))
            .collect(Collectors.joining());
  }

  private static String row(String key, ConfigValue value) {
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
