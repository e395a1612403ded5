package io.spackle.conf;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import io.spackle.row.Redaction;
import io.spackle.source.FetchSettings.AllowLists;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The rule for settings that decide what may be read and which models are opened: a session may
 * narrow what the static Spark configuration sets, but not widen it.
 *
 * <p>Where the static configuration sets nothing, a session's own values hold, since its owner runs
 * the application; but not if it is {@link Origin#REMOTE}.
 */
public final class SessionGuard {

  private static final String MODEL = "model.path";
  private static final String MODEL_NAME = "model.name";
  private static final String MODELS = "models";

  private static final String HOSTS = "fetch.allow-hosts";

  /** Lists whose entries a session may leave out. */
  private static final Set<String> LISTS =
      Set.of(HOSTS, "fetch.allow-files", "fetch.allow-private");

  /** Folders of models. Where the static configuration names any, it names all. */
  private static final Pattern FOLDER =
      Pattern.compile(
          "model\\.(path|vae)|safety\\.model|quality\\.scorer|(masks|models)\\.[^.]+\\.path");

  /** Values that name no folder. */
  private static final Pattern NO_FOLDER = Pattern.compile("auto|none|builtin:.*");

  private static final Pattern CONSTANT =
      Pattern.compile("model\\.cache|fetch\\.proxy|output\\.c2pa-(certificates|key)");

  /** Who sets the settings of a session. */
  public enum Origin {
    /** The owner of the Spark application. */
    APPLICATION,
    /** A client of Spark Connect. */
    REMOTE
  }

  private final Config session;
  private final Config fixed;
  private final Origin origin;
  private final boolean modelsAreFixed;
  private final List<String> problems = new ArrayList<>();

  private SessionGuard(Map<String, String> session, Map<String, String> fixed, Origin origin) {
    this.session = ConfFile.group(session);
    this.fixed = ConfFile.group(fixed);
    this.origin = origin;
    this.modelsAreFixed =
        origin == Origin.REMOTE
            || keys(this.fixed).stream().anyMatch(key -> FOLDER.matcher(key).matches());
  }

  /**
   * The settings that count: those of the session, with the model that {@code model.name} chooses
   * from {@code models.NAME.path}.
   *
   * @param session key, with the root, to value
   * @param fixed those of the static Spark configuration
   * @throws RefusedException if the session widens what is fixed, or names an unknown model
   */
  public static Map<String, String> checked(
      Map<String, String> session, Map<String, String> fixed, Origin origin) {
    return new SessionGuard(session, fixed, origin).checked(session);
  }

  private Map<String, String> checked(Map<String, String> settings) {
    LISTS.forEach(this::checkList);
    keys(session).forEach(this::check);
    String named = namedModel();
    if (!problems.isEmpty()) {
      throw new RefusedException(problems);
    }
    Map<String, String> counting = new TreeMap<>(settings);
    keys(fixed).stream()
        .filter(key -> isGuarded(key) && !session.hasPath(key))
        .forEach(key -> counting.put(rooted(key), rendered(key))); // the session has unset it
    counting
        .keySet()
        .removeIf(
            key -> key.equals(rooted(MODEL_NAME)) || (key + ".").startsWith(rooted(MODELS) + "."));
    if (named != null) {
      counting.put(rooted(MODEL), named);
    }
    return counting;
  }

  private void check(String key) {
    if (FOLDER.matcher(key).matches()) {
      checkFolder(key);
    } else if (CONSTANT.matcher(key).matches()) {
      checkConstant(key);
    }
  }

  private static boolean isGuarded(String key) {
    return LISTS.contains(key) || FOLDER.matcher(key).matches() || CONSTANT.matcher(key).matches();
  }

  private String rendered(String key) {
    return LISTS.contains(key)
        ? fixed.getList(key).render(ConfigRenderOptions.concise())
        : text(fixed, key);
  }

  private void checkList(String key) {
    if (isList(key) && (fixed.hasPath(key) || origin == Origin.REMOTE)) {
      List<String> allowed = fixed.hasPath(key) ? fixed.getStringList(key) : List.of();
      List<String> wanted = session.getStringList(key);
      boolean isAny = key.equals(HOSTS) && allowed.isEmpty();
      boolean becomesAny = key.equals(HOSTS) && wanted.isEmpty();
      if (!isAny && (becomesAny || !AllowLists.covers(allowed, wanted))) {
        refuse(
            key,
            "is %s in the session, expected entries of %s"
                .formatted(redacted(wanted), redacted(allowed)));
      }
    }
  }

  /** Objects whose keys are numbers are lists, too; the reader refuses all other values. */
  private boolean isList(String key) {
    return session.hasPath(key)
        && List.of(ConfigValueType.LIST, ConfigValueType.OBJECT)
            .contains(session.getValue(key).valueType());
  }

  private void checkFolder(String key) {
    String value = text(session, key);
    boolean isFixed = fixed.hasPath(key);
    if (isFixed ? value.equals(text(fixed, key)) : !modelsAreFixed) {
      return;
    }
    if (key.equals(MODEL) && !fixedModels().containsValue(value)) {
      refuse(
          key,
          "is %s in the session, expected one of %s"
              .formatted(Redaction.redacted(value), fixedModels().values()));
    } else if (!key.equals(MODEL) && (isFixed || !NO_FOLDER.matcher(value).matches())) {
      refuse(key, "is %s in the session".formatted(Redaction.redacted(value)));
    }
  }

  /** Its value may be secret. */
  private void checkConstant(String key) {
    boolean isFixed = fixed.hasPath(key);
    if (isFixed ? !text(session, key).equals(text(fixed, key)) : origin == Origin.REMOTE) {
      refuse(key, "is set in the session");
    }
  }

  private void refuse(String key, String found) {
    problems.add(
        "%s%s %s: %s"
            .formatted(
                ConfFile.SESSION,
                rooted(key),
                found,
                origin == Origin.REMOTE
                    ? "on Spark Connect it counts from the configuration of the server"
                    : "Spark's static configuration sets it, which a session cannot widen"));
  }

  /** The folder of the model that the session names, or null if it names none. */
  private String namedModel() {
    if (!session.hasPath(MODEL_NAME)) {
      return null;
    }
    String name = text(session, MODEL_NAME);
    Map<String, String> models = named(modelsAreFixed ? fixed : session);
    if (!models.containsKey(name)) {
      problems.add(
          "%s%s is %s, expected one of the names in %s%s.NAME.path: %s"
              .formatted(
                  ConfFile.SESSION,
                  rooted(MODEL_NAME),
                  Redaction.value(name),
                  ConfFile.SESSION,
                  rooted(MODELS),
                  models.isEmpty() ? "there are none" : String.join(", ", models.keySet())));
    }
    return models.get(name);
  }

  private Map<String, String> fixedModels() {
    Map<String, String> models = named(fixed);
    if (fixed.hasPath(MODEL)) {
      models.put("", text(fixed, MODEL));
    }
    return models;
  }

  private static Map<String, String> named(Config config) {
    Map<String, String> models = new TreeMap<>();
    for (String key : keys(config)) {
      List<String> names = ConfigUtil.splitPath(key);
      if (names.size() == 3 && names.get(0).equals(MODELS) && names.get(2).equals("path")) {
        models.put(names.get(1), text(config, key));
      }
    }
    return models;
  }

  private static Set<String> keys(Config config) {
    Set<String> keys = new TreeSet<>();
    for (Map.Entry<String, ConfigValue> entry : config.entrySet()) {
      keys.add(entry.getKey());
    }
    return keys;
  }

  private static String text(Config config, String key) {
    return String.valueOf(config.getValue(key).unwrapped());
  }

  private static List<String> redacted(List<String> entries) {
    return entries.stream().map(Redaction::redacted).toList();
  }

  private static String rooted(String key) {
    return ConfFile.ROOT + "." + key;
  }
}
