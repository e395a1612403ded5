package io.spackle.bundle;

import java.io.Serializable;
import java.util.Map;

/**
 * What a job sets over the configuration that stands in a bundle.
 *
 * @param schedulerConfig keys of {@code scheduler_config.json} to text, number, boolean or list of
 *     numbers
 * @param textLength tokens that the T5 encoder of Flux reads, at least 2 (shorter is faster), or
 *     null for the tokenizer's own length
 * @param promptSyntax how prompts are written
 */
public record BundleOptions(
    Map<String, Object> schedulerConfig, Integer textLength, PromptSyntax promptSyntax)
    implements Serializable {

  /** The bundle as it stands, prompts as diffusers reads them. */
  public static final BundleOptions NONE = new BundleOptions(Map.of(), null, PromptSyntax.PLAIN);

  public BundleOptions {
    schedulerConfig = Map.copyOf(schedulerConfig);
  }
}
