package io.spackle.family;

import java.io.Serializable;
import java.util.Optional;

/**
 * The choice of a scheduler.
 *
 * @param algorithm a name that {@link io.spackle.scheduler.Schedulers#of} knows; null for the
 *     bundle's
 * @param karrasSigmas whether noise levels are spaced as by Karras et al.; null for the bundle's
 */
public record SchedulerChoice(String algorithm, Boolean karrasSigmas) implements Serializable {

  /** The scheduler of the bundle, unchanged. */
  public static final SchedulerChoice DEFAULT = new SchedulerChoice(null, null);

  Optional<String> chosenAlgorithm() {
    return Optional.ofNullable(algorithm);
  }

  Optional<Boolean> chosenKarrasSigmas() {
    return Optional.ofNullable(karrasSigmas);
  }
}
