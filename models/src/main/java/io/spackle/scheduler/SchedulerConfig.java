package io.spackle.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * The content of a bundle's {@code scheduler/scheduler_config.json}. Immutable.
 *
 * <p>The getters take the default of the sampler that reads them, because diffusers resolves absent
 * keys that way: the file of SD 1.5 has no {@code timestep_spacing}, which means leading for DDIM
 * and linspace for Euler. A null value counts as absent. Keys that a sampler does not read are
 * ignored, as in diffusers.
 */
public final class SchedulerConfig {

  private static final String CLASS_NAME = "_class_name";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final ObjectNode json;

  private SchedulerConfig(ObjectNode json) {
    this.json = json;
  }

  /**
   * The configuration of a parsed file.
   *
   * @throws IllegalArgumentException if it is not a JSON object
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
   * @throws IllegalArgumentException if the key is absent
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
   * This configuration with some values replaced.
   *
   * @param overrides values of any type that converts to JSON, by key; null selects the default
   */
  public SchedulerConfig withOverrides(Map<String, Object> overrides) {
    ObjectNode changed = json.deepCopy();
    overrides.forEach((key, value) -> changed.set(key, JSON.valueToTree(value)));
    return new SchedulerConfig(changed);
  }

  /** This configuration with or without the noise levels of Karras et al. */
  public SchedulerConfig withKarrasSigmas(boolean karras) {
    return withOverrides(Map.of("use_karras_sigmas", karras));
  }

  /** This configuration for another class, which error messages will name. */
  SchedulerConfig forClass(String className) {
    return withOverrides(Map.of(CLASS_NAME, className));
  }

  double number(String key, double absent) {
    return value(key).map(found -> toNumber(key, found)).orElse(absent);
  }

  int integer(String key, int absent) {
    double number = number(key, absent);
    if (number != Math.rint(number)) {
      throw unsupported(key, "an integer");
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
   * One of several words.
   *
   * @param absent the default
   * @param supported all supported values
   * @throws IllegalArgumentException for another value
   */
  String choice(String key, String absent, List<String> supported) {
    String found = value(key).map(JsonNode::asText).orElse(absent);
    if (!supported.contains(found)) {
      throw unsupported(key, "one of " + supported);
    }
    return found;
  }

  /**
   * Checks that unsupported features are off.
   *
   * @throws IllegalArgumentException if one of the keys is neither absent nor false nor an empty
   *     list
   */
  void reject(String... keys) {
    for (String key : keys) {
      value(key)
          .filter(found -> !found.isBoolean() || found.booleanValue())
          .filter(found -> !found.isArray() || !found.isEmpty())
          .ifPresent(
              found -> {
                throw unsupported(key, "it to be off: this sampler does not support it");
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
