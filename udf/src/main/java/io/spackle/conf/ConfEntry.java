package io.spackle.conf;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import io.spackle.row.Redaction;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A configuration key with its value for display.
 *
 * @param value without secrets
 * @param origin such as a file and a line
 * @param isDefault whether the value comes from reference.conf
 */
public record ConfEntry(String key, String value, String origin, boolean isDefault) {

  private static final String HIDDEN = "***";

  /** The start of the origin of default values. */
  private static final String REFERENCE = "reference.conf @";

  /** Free-form objects without credentials; of all others only the names are shown. */
  private static final Set<String> HARMLESS = Set.of("model.scheduler-config");

  private static final String PROXY = "fetch.proxy";
  private static final Pattern SECRET =
      Pattern.compile("secret|password|token|credential|c2pa-key");

  /**
   * The entry of a key.
   *
   * @param reference the default value of the key
   */
  static ConfEntry of(String key, ConfigValue value, ConfigValue reference) {
    boolean isFreeForm = reference instanceof ConfigObject;
    return new ConfEntry(
        key,
        isFreeForm && !HARMLESS.contains(key) ? names((ConfigObject) value) : shown(key, value),
        value.origin().description(),
        value.origin().description().startsWith(REFERENCE));
  }

  private static String names(ConfigObject options) {
    return options.keySet().stream()
        .sorted()
        .map(name -> name + " = " + HIDDEN)
        .collect(Collectors.joining(", ", "{", "}"));
  }

  private static String shown(String key, ConfigValue value) {
    if (SECRET.matcher(key).find() && value.unwrapped() != null) {
      return HIDDEN;
    }
    if (key.equals(PROXY) && value.unwrapped() instanceof String proxy) {
      return proxy.replaceFirst("^.*@", HIDDEN + "@"); // the scheme may be missing
    }
    if (value.unwrapped() instanceof List<?> list) {
      return list.stream()
          .map(element -> Redaction.redacted(String.valueOf(element)))
          .toList()
          .toString();
    }
    return value.unwrapped() instanceof String text
        ? Redaction.redacted(text)
        : value.render(ConfigRenderOptions.concise());
  }

  @Override
  public String toString() {
    return key + " = " + value + "  (" + (isDefault ? "default" : origin) + ")";
  }
}
