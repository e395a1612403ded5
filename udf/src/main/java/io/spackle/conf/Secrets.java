package io.spackle.conf;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.Map;
import java.util.TreeMap;

/** Secret values of a configuration: whether others can read them where they are written. */
final class Secrets {

  private Secrets() {}

  /**
   * Why a secret with an origin is not secret, or null. A value that comes from the environment by
   * substitution has another origin.
   */
  static String exposure(ConfigOrigin origin) {
    if (origin.description().startsWith(ConfFile.COMMAND_LINE)) {
      return "is on the command line, where all users of the machine can read it";
    }
    return origin.description().startsWith(ConfFile.SESSION + ConfFile.ROOT)
        ? "is in Spark's settings, which its UI shows; take it from the environment, as ${NAME}"
        : null;
  }

  /**
   * The texts of an object of objects. A name with dots needs no quotes: the last name is that of
   * the text, all before are that of its object.
   *
   * @throws IllegalArgumentException if a value is no text or not secret; no message repeats it
   */
  static Map<String, Map<String, String>> texts(ConfigObject object) {
    Map<String, Map<String, String>> texts = new TreeMap<>();
    collect(object, "", texts);
    return texts;
  }

  private static void collect(
      ConfigObject object, String path, Map<String, Map<String, String>> texts) {
    for (Map.Entry<String, ConfigValue> entry : object.entrySet()) {
      String name = entry.getKey();
      if (entry.getValue() instanceof ConfigObject inner) {
        collect(inner, path.isEmpty() ? name : path + "." + name, texts);
      } else if (entry.getValue().valueType() != ConfigValueType.NULL) {
        texts
            .computeIfAbsent(path, key -> new TreeMap<>())
            .put(name, text(path, name, entry.getValue()));
      }
    }
  }

  private static String text(String path, String name, ConfigValue value) {
    String where = "\"" + path + "\": " + name + " ";
    if (path.isEmpty() || value.valueType() == ConfigValueType.LIST) {
      throw new IllegalArgumentException(where + "found, an object of objects of texts expected");
    }
    String exposure = exposure(value.origin());
    if (exposure != null) {
      throw new IllegalArgumentException(where + exposure);
    }
    return String.valueOf(value.unwrapped());
  }
}
