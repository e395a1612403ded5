package io.spackle.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * What {@code scheduler/scheduler_config.json} of a bundle says. Immutable.
 *
 * <p>The getters take the default of the class that runs, since diffusers resolves absent keys that
 * way and one file serves many classes: SD 1.5 writes no {@code timestep_spacing}, which makes DDIM
 * lead and Euler space linearly. A key with value null counts as absent. Keys that no getter asks
 * for belong to other classes and are ignored, as diffusers ignores them.
 */
public final class SchedulerConfig {

  private static final String CLASS_NAME = "_class_name";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final ObjectNode json;

  private SchedulerConfig(ObjectNode json) {
    this.json = json;
  }

  /**
   * The configuration in a parsed file.
   *
   * @throws IllegalArgumentException if it is no JSON object
   */
  public static SchedulerConfig of(JsonNode json) {
    if (!json.isObject()) {
      throw new IllegalArgumentException(
          "scheduler config is " + json.getNodeType() + ", expected a JSON object");
    }
    return new SchedulerConfig(json.deepCopy());
  }

  /**
   * The class that the file was saved from, for {@link Schedulers#of}.
   *
   * @throws IllegalArgumentException if the file names none
   */
  public String className() {
    return value(CLASS_NAME)
        .map(JsonNode::asText)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "scheduler config has no " + CLASS_NAME + ": " + json));
  }

  /**
   * The same configuration with other values.
   *
   * @param overrides key to anything that JSON can say; null stands for the default
   */
  public SchedulerConfig withOverrides(Map<String, Object> overrides) {
    ObjectNode changed = json.deepCopy();
    overrides.forEach((key, value) -> changed.set(key, JSON.valueToTree(value)));
    return new SchedulerConfig(changed);
  }

  /** The same configuration with or without the noise levels of Karras et al. */
  public SchedulerConfig withKarrasSigmas(boolean karras) {
    return withOverrides(Map.of("use_karras_sigmas", karras));
  }

  /** The same configuration for another class, which error messages then name. */
  SchedulerConfig forClass(String className) {
    return withOverrides(Map.of(CLASS_NAME, className));
  }

  double number(String key, double absent) {
    return value(key).map(found -> toNumber(key, found)).orElse(absent);
  }

  int integer(String key, int absent) {
    double number = number(key, absent);
    if (number != Math.rint(number)) {
      throw unsupported(key, "a whole number");
    }
    return (int) number;
  }

  boolean flag(String key, boolean absent) {
    Optional<JsonNode> found = value(key);
    if (found.isPresent() && !found.get().isBoolean()) {
      throw unsupported(key, "true or false");
    }
    return found.map(JsonNode::booleanValue).orElse(absent);
  }

  /** A list of numbers, empty if absent. */
  double[] numbers(String key) {
    JsonNode list = value(key).orElse(JSON.createArrayNode());
    if (!list.isArray()) {
      throw unsupported(key, "a list of numbers");
    }
    return StreamSupport.stream(list.spliterator(), false)
        .mapToDouble(item -> toNumber(key, item))
        .toArray();
  }

  /**
   * One of a few words.
   *
   * @param absent the word that an absent key stands for
   * @param supported all words that the class takes
   * @throws IllegalArgumentException if the file has another
   */
  String choice(String key, String absent, List<String> supported) {
    String found = value(key).map(JsonNode::asText).orElse(absent);
    if (!supported.contains(found)) {
      throw unsupported(key, "one of " + supported);
    }
    return found;
  }

  /**
   * Refuses the features named if the file switches one on.
   *
   * @throws IllegalArgumentException if one is neither absent nor false nor an empty list
   */
  void refuse(String... keys) {
    for (String key : keys) {
      value(key)
          .filter(found -> !found.isBoolean() || found.booleanValue())
          .filter(found -> !found.isArray() || !found.isEmpty())
          .ifPresent(
              found -> {
                throw unsupported(key, "it off: not supported by this sampler");
              });
    }
  }

  IllegalArgumentException unsupported(String key, String expected) {
    return new IllegalArgumentException(
        className() + ": " + key + " is " + json.get(key) + ", expected " + expected);
  }

  private double toNumber(String key, JsonNode found) {
    if (!found.isNumber()) {
      throw unsupported(key, "a number");
    }
    return found.doubleValue();
  }

  private Optional<JsonNode> value(String key) {
    return Optional.ofNullable(json.get(key)).filter(found -> !found.isNull());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SchedulerConfig config && json.equals(config.json);
  }

  @Override
  public int hashCode() {
    return json.hashCode();
  }

  @Override
  public String toString() {
    return json.toString();
  }
}
