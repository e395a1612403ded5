package io.spackle.family;

import com.fasterxml.jackson.databind.JsonNode;
import io.spackle.bundle.ModelBundle;
import io.spackle.scheduler.Scheduler;
import io.spackle.scheduler.SchedulerConfig;
import io.spackle.scheduler.Schedulers;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The schedulers of a bundle, each configured by its {@code scheduler_config.json}. */
final class BundleSchedulers {

  private final SchedulerConfig config;
  private final Map<SchedulerChoice, Scheduler> loaded = new ConcurrentHashMap<>();

  BundleSchedulers(JsonNode config, Map<String, Object> overrides) {
    this.config = SchedulerConfig.of(config).withOverrides(overrides);
  }

  /** The full name of the bundle's default algorithm; as its file has it, if that is unknown. */
  static String defaultName(ModelBundle bundle) {
    String name = bundle.requiredConfig("scheduler").path("_class_name").asText();
    return Schedulers.named(name).map(Schedulers::className).orElse(name);
  }

  /**
   * The scheduler of a choice.
   *
   * @throws IllegalArgumentException if there is no such algorithm, or if it does not take the
   *     options of the configuration
   */
  Scheduler of(SchedulerChoice choice) {
    return loaded.computeIfAbsent(choice, this::load);
  }

  private Scheduler load(SchedulerChoice choice) {
    String algorithm = choice.chosenAlgorithm().orElseGet(config::className);
    SchedulerConfig configured =
        choice.chosenKarrasSigmas().map(config::withKarrasSigmas).orElse(config);
    return Schedulers.of(algorithm).create(configured);
  }
}
