package io.spackle.conf;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import io.spackle.row.Spelling;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Loads a configuration: command line options -D over the file over reference.conf. */
public final class ConfFile {

  /** The object that holds every key. */
  public static final String ROOT = "spackle";

  /** The start of the origin of values given on the command line. */
  static final String COMMAND_LINE = "-D ";

  /** The prefix of keys in a Spark session, and of the origin of their values. */
  public static final String SESSION = "spark.";

  /** The entry whose keys all entries of its group have. */
  private static final String TEMPLATE = MasksConf.GROUP + "." + MasksConf.TEMPLATE;

  /** The most edits between an unknown key and a suggested one. */
  private static final int MAX_EDITS = 3;

  private ConfFile() {}

  /**
   * Reads a configuration, or a part of one, and checks its keys.
   *
   * @param file empty for the defaults and the overrides alone
   * @param overrides key (with or without the root) to value, as given by -D
   * @throws RefusedException with all problems: unknown keys and invalid values
   */
  public static <T> T load(
      Optional<Path> file, Map<String, String> overrides, Function<ConfReader, T> part) {
    Config reference = reference();
    return checked(merged(file, overrides, reference), reference, part);
  }

  /**
   * Reads a part of a configuration from the settings of a Spark session.
   *
   * @param settings key, with the root, to value
   * @throws RefusedException with all problems: unknown keys and invalid values
   */
  public static <T> T ofSession(Map<String, String> settings, Function<ConfReader, T> part) {
    Config reference = reference();
    return checked(given(settings).withFallback(reference).resolve(), reference, part);
  }

  /** What settings of a Spark session give below the root, without any defaults. */
  static Config group(Map<String, String> settings) {
    Config given = given(settings).resolve();
    return given.hasPath(ROOT) ? given.getConfig(ROOT) : ConfigFactory.empty();
  }

  private static Config given(Map<String, String> settings) {
    Config given = ConfigFactory.empty();
    for (Map.Entry<String, String> setting : settings.entrySet()) {
      String key = setting.getKey();
      given = given.withValue(key, given(key, setting.getValue(), SESSION));
    }
    return given;
  }

  private static <T> T checked(Config merged, Config reference, Function<ConfReader, T> part) {
    List<String> problems = misplaced(merged.root(), reference.root());
    if (!(merged.root().get(ROOT) instanceof ConfigObject root)) {
      throw new RefusedException(problems);
    }
    ConfReader reader = new ConfReader(completed(root, group(reference.root())).toConfig());
    T conf = part.apply(reader);
    problems.addAll(reader.problems());
    if (!problems.isEmpty()) {
      throw new RefusedException(problems);
    }
    return conf;
  }

  /** With the defaults of all entries that the user named. */
  private static ConfigObject completed(ConfigObject root, ConfigObject reference) {
    ConfigObject template = (ConfigObject) value(reference, TEMPLATE);
    ConfigObject completed = root;
    if (root.get(MasksConf.GROUP) instanceof ConfigObject entries) {
      for (Map.Entry<String, ConfigValue> entry : entries.entrySet()) {
        if (entry.getValue() instanceof ConfigObject named) {
          entries =
              entries.withValue(entry.getKey(), named.withFallback(template.withoutKey("path")));
        }
      }
      completed = root.withValue(MasksConf.GROUP, entries);
    }
    return completed;
  }

  /** All keys with their values, secrets hidden. */
  public static List<ConfEntry> settings(Optional<Path> file, Map<String, String> overrides) {
    Config reference = reference();
    ConfigObject known = group(reference.root());
    ConfigObject merged = completed(group(merged(file, overrides, reference).root()), known);
    return Stream.concat(keys().stream(), keysOfEntries(merged))
        .distinct()
        .filter(key -> value(merged, key) != null)
        .sorted()
        .map(key -> ConfEntry.of(key, value(merged, key), value(known, ofTemplate(key))))
        .toList();
  }

  /** The keys of the entries that the user named. */
  private static Stream<String> keysOfEntries(ConfigObject merged) {
    String group = MasksConf.GROUP + ".";
    List<String> ofTemplate =
        keys().stream().filter(key -> key.startsWith(TEMPLATE + ".")).toList();
    return ((ConfigObject) merged.get(MasksConf.GROUP))
        .keySet().stream()
            .flatMap(
                name ->
                    ofTemplate.stream()
                        .map(key -> key.replace(TEMPLATE + ".", group + name + ".")));
  }

  private static String ofTemplate(String key) {
    return key.startsWith(MasksConf.GROUP + ".")
        ? TEMPLATE + key.substring(key.lastIndexOf('.'))
        : key;
  }

  private static ConfigObject group(ConfigObject root) {
    return (ConfigObject) root.get(ROOT);
  }

  /**
   * The value of an object at a path; unlike the library's methods, also if it is null. Null if
   * there is no such path.
   */
  private static ConfigValue value(ConfigObject object, String path) {
    ConfigValue value = object;
    for (String name : path.split("\\.")) {
      value = value instanceof ConfigObject group ? group.get(name) : null;
    }
    return value;
  }

  private static Config reference() {
    return ConfigFactory.parseResources(
        ConfFile.class.getClassLoader(),
        "reference.conf",
        ConfigParseOptions.defaults().setAllowMissing(false));
  }

  private static Config merged(
      Optional<Path> file, Map<String, String> overrides, Config reference) {
    if (file.isPresent() && !Files.isRegularFile(file.get())) {
      throw new RefusedException("the configuration file " + file.get() + " does not exist");
    }
    try {
      return overridden(overrides)
          .withFallback(
              file.map(given -> Includes.parsed(given).toConfig()).orElse(ConfigFactory.empty()))
          .withFallback(reference)
          .resolve();
    } catch (ConfigException e) {
      throw new RefusedException("the configuration cannot be read: " + e.getMessage());
    }
  }

  private static Config overridden(Map<String, String> overrides) {
    Config config = ConfigFactory.empty();
    for (Map.Entry<String, String> override : overrides.entrySet()) {
      String key = override.getKey();
      String path = key.startsWith(ROOT + ".") ? key : ROOT + "." + key;
      config = config.withValue(path, given(path, override.getValue(), COMMAND_LINE));
    }
    return config;
  }

  /**
   * Lists, objects and null are parsed as HOCON; other values are verbatim, as URIs and templates
   * such as <code>{dir}/{name}-{n}</code> require.
   */
  private static ConfigValue given(String path, String text, String origin) {
    ConfigValue verbatim = ConfigValueFactory.fromAnyRef(text, origin + path);
    if (!text.equals("null") && !text.startsWith("[") && !text.startsWith("{")) {
      return verbatim;
    }
    try {
      ConfigParseOptions named = ConfigParseOptions.defaults().setOriginDescription(origin + path);
      return ConfigFactory.parseString("value = " + text, named).root().get("value");
    } catch (ConfigException.Parse e) {
      return verbatim;
    }
  }

  /** Unknown keys, and values in place of a group. */
  private static List<String> misplaced(ConfigObject merged, ConfigObject reference) {
    Set<String> known = new TreeSet<>();
    keys("", reference)
        .forEach(
            key ->
                IntStream.range(0, key.length() + 1)
                    .filter(end -> end == key.length() || key.charAt(end) == '.')
                    .forEach(end -> known.add(key.substring(0, end))));
    List<String> problems = new ArrayList<>();
    compare("", merged, reference, known, problems);
    return problems;
  }

  private static void compare(
      String at, ConfigObject found, ConfigObject known, Set<String> all, List<String> problems) {
    for (Map.Entry<String, ConfigValue> entry : found.entrySet()) {
      String key = at + entry.getKey();
      ConfigValue value = entry.getValue();
      boolean isEntry = at.equals(ROOT + "." + MasksConf.GROUP + ".");
      ConfigValue expected = known.get(isEntry ? MasksConf.TEMPLATE : entry.getKey());
      String where = " (" + value.origin().description() + ")";
      if (expected == null && !isVariable(key, all)) {
        problems.add(key + " is not a known key" + suggestion(key, all) + where);
      } else if (expected instanceof ConfigObject group && !group.isEmpty()) { // empty: free-form
        if (value instanceof ConfigObject inner) {
          compare(key + ".", inner, group, all, problems);
        } else {
          problems.add(key + " is a value, expected an object" + where);
        }
      }
    }
  }

  /** Outside the root a file may define variables for its substitutions, but no known group. */
  private static boolean isVariable(String key, Set<String> known) {
    boolean belowRoot = key.startsWith(ROOT + ".");
    return !belowRoot && !known.contains(ROOT + "." + key);
  }

  /** All keys below the root; a free-form object counts as one key. */
  public static List<String> keys() {
    return keys("", reference().getObject(ROOT)).toList();
  }

  private static Stream<String> keys(String at, ConfigObject object) {
    return object.entrySet().stream()
        .flatMap(
            entry ->
                entry.getValue() instanceof ConfigObject inner && !inner.isEmpty()
                    ? keys(at + entry.getKey() + ".", inner)
                    : Stream.of(at + entry.getKey()));
  }

  /** Names the known key that a mistyped one was probably meant to be; empty if none is close. */
  private static String suggestion(String key, Collection<String> known) {
    return known.stream()
        .min(Comparator.comparingInt((String other) -> distance(key, other)))
        .filter(other -> distance(key, other) <= MAX_EDITS)
        .map(other -> ", did you mean " + other + "?")
        .orElse("");
  }

  /** Edits between two keys; 1 if only the group is wrong or missing. */
  private static int distance(String key, String other) {
    return name(key).equals(name(other)) ? 1 : Spelling.edits(key, other);
  }

  private static String name(String key) {
    return key.substring(key.lastIndexOf('.') + 1);
  }
}
