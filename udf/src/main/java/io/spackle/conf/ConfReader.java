package io.spackle.conf;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.stream.Collectors.joining;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import io.spackle.row.Bounds;
import io.spackle.row.Redaction;
import io.spackle.source.S3Scheme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.spark.sql.catalyst.parser.CatalystSqlParser;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Reads typed values from a configuration and collects all problems instead of stopping at the
 * first.
 *
 * <p>For a missing or invalid value it returns a valid placeholder, so that reading can continue;
 * the values may be used only if {@link #problems} is empty in the end.
 */
public final class ConfReader {

  private final Config config;
  private final List<String> problems = new ArrayList<>();

  ConfReader(Config config) {
    this.config = config;
  }

  List<String> problems() {
    return List.copyOf(problems);
  }

  public boolean isSet(String key) {
    return config.hasPath(key);
  }

  /** Whether a key has the value null, other than one that is missing. */
  boolean isNull(String key) {
    return config.hasPathOrNull(key) && !config.hasPath(key);
  }

  /** The value if the key is set, else null. */
  public <T> T orNull(String key, Function<String, T> value) {
    return isSet(key) ? value.apply(key) : null;
  }

  public String text(String key) {
    return read(key, "a text", "", config::getString, value -> !value.isBlank());
  }

  /** A text that can be the value of an HTTP header. */
  public String headerText(String key) {
    Predicate<String> ascii = value -> value.matches("[!-~](?:[ -~]*[!-~])?");
    return read(key, "a text of ASCII characters", "-", config::getString, ascii);
  }

  /** A text that may be empty. */
  public String anyText(String key) {
    return read(key, "a text", "", config::getString, value -> true);
  }

  public boolean flag(String key) {
    return read(key, "true or false", false, config::getBoolean, value -> true);
  }

  public int integer(String key, int min, int max) {
    return read(key, "a whole number " + Bounds.of(min, max), min, config::getInt, in(min, max));
  }

  public long longInteger(String key, long min, long max) {
    return read(key, "a whole number " + Bounds.of(min, max), min, config::getLong, in(min, max));
  }

  public double number(String key, double min, double max) {
    return read(key, "a number " + Bounds.of(min, max), min, config::getDouble, in(min, max));
  }

  /** A number above 0 and at most 1. */
  public double fraction(String key) {
    return read(
        key,
        "a number above 0 and at most 1",
        1.0,
        config::getDouble,
        value -> value > 0 && value <= 1);
  }

  public Duration duration(String key, Duration min) {
    String least = min.toMillisPart() == 0 ? min.toSeconds() + "s" : min.toMillis() + "ms";
    String expected = "a duration such as 20s or 500ms, at least " + least;
    return read(key, expected, min, config::getDuration, value -> value.compareTo(min) >= 0);
  }

  public long bytes(String key) {
    return read(key, "a size such as 64MiB, above 0", 1L, config::getBytes, value -> value > 0);
  }

  public <E extends Enum<E>> E choice(String key, Class<E> type) {
    Map<String, E> choices =
        Arrays.stream(type.getEnumConstants())
            .collect(
                Collectors.toMap(ConfReader::kebab, value -> value, (a, b) -> a, TreeMap::new));
    String expected = "one of " + String.join(", ", choices.keySet());
    Function<String, E> chosen = path -> choices.get(config.getString(path));
    return read(key, expected, type.getEnumConstants()[0], chosen, value -> value != null);
  }

  /** A list of enum constants, by their names. */
  public <E extends Enum<E>> Set<E> constants(String key, Class<E> type) {
    Map<String, E> constants =
        Arrays.stream(type.getEnumConstants())
            .collect(Collectors.toMap(Enum::name, constant -> constant));
    String expected = "a list of some of " + Arrays.toString(type.getEnumConstants());
    Predicate<List<String>> known = names -> constants.keySet().containsAll(names);
    List<String> names = read(key, expected, List.of(), config::getStringList, known);
    return names.stream().map(constants::get).collect(Collectors.toUnmodifiableSet());
  }

  public String oneOf(String key, List<String> choices) {
    String expected = "one of " + String.join(", ", choices);
    return read(key, expected, choices.get(0), config::getString, choices::contains);
  }

  /** The name of a table, its catalog first, as parts. */
  public List<String> table(String key) {
    String expected = "a catalog, a database and a table such as lake.images.meta";
    return read(
        key,
        expected,
        List.of("", "", ""),
        path -> identifier(config.getString(path)),
        name -> name.size() >= 3);
  }

  /** A text that a parser accepts; it throws an IllegalArgumentException for others. */
  public <T> T parsed(String key, String expected, Function<String, T> parser) {
    return read(key, expected, null, at -> parser.apply(config.getString(at)), Objects::nonNull);
  }

  /** A colour as six hex digits, to 0xRRGGBB. */
  public int colour(String key) {
    Predicate<String> hex = text -> text.matches("[0-9A-Fa-f]{6}");
    return Integer.parseInt(
        read(key, "a colour such as ffffff", "ffffff", config::getString, hex), 16);
  }

  /** Whether the value of a key is this text. */
  public boolean is(String key, String text) {
    return text.equals(config.getValue(key).unwrapped());
  }

  /**
   * A secret; no message repeats it, and origins that other users can read are refused.
   *
   * @param parse throws an IllegalArgumentException whose message says what is expected
   */
  public <T> T secret(String key, Function<String, T> parse) {
    return secret(key, parse, value -> true);
  }

  /**
   * A value that may contain a secret, see {@link #secret(String, Function)}.
   *
   * @param isSecret whether it contains one
   */
  public <T> T secret(String key, Function<String, T> parse, Predicate<T> isSecret) {
    ConfigOrigin origin = origin(key);
    String problem;
    try {
      T secret = parse.apply(config.getString(key));
      problem = isSecret.test(secret) ? Secrets.exposure(origin) : null;
      if (problem == null) {
        return secret;
      }
    } catch (ConfigException.WrongType | IllegalArgumentException e) {
      problem = "cannot be used, " + e.getMessage();
    }
    problem(key, problem);
    return null;
  }

  /**
   * A free-form object of objects of secret texts, see {@link #secret(String, Function)}.
   *
   * @param parse throws an IllegalArgumentException whose message says what is expected
   */
  public <T> T secrets(String key, Function<Map<String, Map<String, String>>, T> parse) {
    String problem;
    try {
      return parse.apply(Secrets.texts(config.getObject(key)));
    } catch (ConfigException.WrongType e) {
      problem = "an object expected";
    } catch (IllegalArgumentException e) {
      problem = e.getMessage();
    }
    problems.add(
        "%s.%s cannot be used, %s (%s)"
            .formatted(ConfFile.ROOT, key, problem, origin(key).description()));
    return parse.apply(Map.of());
  }

  /**
   * The text of a small file on this machine; a relative path is resolved like a location. Messages
   * do not repeat the text.
   *
   * @return empty if there is a problem
   */
  Optional<String> content(String key) {
    String path = location(key);
    if (path.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readString(Path.of(path), ISO_8859_1));
    } catch (IOException | InvalidPathException e) {
      problem(key, "is no file that can be read (%s)".formatted(e.getClass().getSimpleName()));
      return Optional.empty();
    }
  }

  /**
   * Adds a problem of a value that is valid by itself.
   *
   * @param text what is wrong, without the value
   */
  public void problem(String key, String text) {
    problems.add("%s.%s %s (%s)".formatted(ConfFile.ROOT, key, text, origin(key).description()));
  }

  /** Adds the problem that none of some keys is set. */
  public void noneSet(List<String> keys) {
    String names = keys.stream().map(key -> ConfFile.ROOT + "." + key).collect(joining(", "));
    problems.add("none of " + names + " is set, expected one");
  }

  /** The names of the entries of an object, sorted; an entry that is null is none. */
  List<String> names(String key) {
    return config.getObject(key).entrySet().stream()
        .filter(entry -> entry.getValue().unwrapped() != null)
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  /** A list of texts, or one text in which commas separate them; the default if it is not set. */
  List<String> names(String key, List<String> byDefault) {
    if (!isSet(key)) {
      return byDefault;
    }
    if (value(key) instanceof String text) {
      return Arrays.stream(text.split(",")).map(String::strip).filter(it -> !it.isEmpty()).toList();
    }
    return texts(key);
  }

  /** The value of a key that is set, as it was written. */
  Object value(String key) {
    return config.getValue(key).unwrapped();
  }

  /** A list of numbers. */
  List<Double> numbers(String key) {
    return read(key, "a list of numbers", List.of(), config::getDoubleList, value -> true);
  }

  /** A constant by its name; null for {@code auto}. */
  <E extends Enum<E>> E choiceOrAuto(String key, Class<E> type) {
    return is(key, "auto") ? null : choice(key, type);
  }

  public List<String> texts(String key) {
    return read(key, "a list of texts", List.of(), config::getStringList, value -> true);
  }

  /** A free-form object as flat keys and texts. */
  public Map<String, String> options(String key) {
    return read(key, "an object of keys and texts", Map.of(), this::flat, value -> true);
  }

  /** A free-form object as nested maps. */
  public Map<String, Object> values(String key) {
    return read(key, "an object", Map.of(), path -> config.getObject(path).unwrapped(), v -> true);
  }

  /**
   * A location; a relative path is resolved against the folder of the configuration file, and
   * {@code ~/} is the home folder.
   */
  public String location(String key) {
    return absolute(text(key), origin(key));
  }

  /** An absolute path on the machine that opens it. */
  public String folder(String key) {
    Predicate<String> absolute = path -> path.startsWith("/");
    Function<String, String> path = at -> HomeFolder.resolved(config.getString(at));
    return read(key, "an absolute path such as /var/cache/spackle", "/", path, absolute);
  }

  public List<String> locations(String key) {
    return texts(key).stream().map(location -> absolute(location, origin(key))).toList();
  }

  private Map<String, String> flat(String key) {
    Map<String, String> flat = new TreeMap<>();
    for (Map.Entry<String, ConfigValue> option : config.getObject(key).entrySet()) {
      flat.put(option.getKey(), String.valueOf(option.getValue().unwrapped()));
      if (option.getValue() instanceof ConfigObject) {
        // As fs.s3a.endpoint is, and the value of fs.s3a.endpoint.region would silently replace it.
        problems.add(
            "%s.%s.%s is an object, expected a value; put a name with dots in quotes (%s)"
                .formatted(
                    ConfFile.ROOT, key, option.getKey(), option.getValue().origin().description()));
      }
    }
    return flat;
  }

  /** The parts of a name as Spark SQL parses it; empty if it is invalid. */
  private static List<String> identifier(String name) {
    try {
      return CollectionConverters.asJava(new CatalystSqlParser().parseMultipartIdentifier(name));
    } catch (Exception e) { // Spark's parser throws undeclared checked exceptions
      return List.of();
    }
  }

  private ConfigOrigin origin(String key) {
    return isSet(key) ? config.getValue(key).origin() : config.origin();
  }

  private static String absolute(String given, ConfigOrigin origin) {
    String location = HomeFolder.resolved(given);
    if (location.isEmpty() || location.startsWith("/") || hasScheme(location)) {
      return S3Scheme.toS3a(location);
    }
    Path folder =
        origin.filename() == null
            ? Path.of("")
            : Path.of(origin.filename()).toAbsolutePath().getParent();
    return folder.resolve(location).toAbsolutePath().normalize().toString();
  }

  private static boolean hasScheme(String location) {
    return location.matches("[A-Za-z][A-Za-z0-9+.-]*:.*");
  }

  private <T> T read(
      String key, String expected, T placeholder, Function<String, T> get, Predicate<T> valid) {
    if (!isSet(key)) {
      problems.add(ConfFile.ROOT + "." + key + " is not set, expected " + expected);
      return placeholder;
    }
    try {
      T value = get.apply(key);
      if (valid.test(value)) {
        return value;
      }
    } catch (ConfigException | IllegalArgumentException e) {
      // Reported below like a value out of range.
    }
    ConfigValue value = config.getValue(key);
    String found = Redaction.redacted(value.render(ConfigRenderOptions.concise()));
    problems.add(
        "%s.%s is %s, expected %s (%s)"
            .formatted(ConfFile.ROOT, key, found, expected, value.origin().description()));
    return placeholder;
  }

  private static <N extends Number & Comparable<N>> Predicate<N> in(N min, N max) {
    return value -> value.compareTo(min) >= 0 && value.compareTo(max) <= 0;
  }

  private static String kebab(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
