package io.spackle.family;

import com.fasterxml.jackson.databind.JsonNode;
import io.spackle.bundle.ModelBundle;
import io.spackle.scheduler.Scheduler;
import io.spackle.scheduler.SchedulerConfig;
import io.spackle.scheduler.Schedulers;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The schedulers that a bundle's {@code scheduler_config.json} gives, one per choice of sampler.
 */
final class BundleSchedulers {

  private final SchedulerConfig config;
  private final Map<SchedulerChoice, Scheduler> loaded = new ConcurrentHashMap<>();

  BundleSchedulers(JsonNode config) {
    this.config = SchedulerConfig.of(config);
  }

  /** The full name of a bundle's own algorithm; as its file has it, if there is no such. */
  static String ownName(ModelBundle bundle) {
    String name = bundle.requiredConfig("scheduler").path("_class_name").asText();
    return Schedulers.named(name).map(Schedulers::className).orElse(name);
  }

  /**
   * The scheduler of a choice.
   *
   * @throws IllegalArgumentException if there is no such algorithm, or if it cannot be what the
   *     configuration asks for
   */
  Scheduler of(SchedulerChoice sampler) {
    return loaded.computeIfAbsent(sampler, this::load);
  }

  private Scheduler load(SchedulerChoice sampler) {
    String algorithm = sampler.chosenAlgorithm().orElseGet(config::className);
    SchedulerConfig chosen =
        sampler.chosenKarrasSigmas().map(config::withKarrasSigmas).orElse(config);
    return Schedulers.of(algorithm).create(chosen);
  }
}
