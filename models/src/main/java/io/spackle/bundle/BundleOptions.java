package io.spackle.bundle;

import java.io.Serializable;
import java.util.Map;

/**
 * The settings of a job that override a bundle's configuration.
 *
 * @param schedulerConfig values of {@code scheduler_config.json} by key: text, number, boolean or
 *     list of numbers
 * @param textLength the number of tokens that Flux's T5 encoder reads, at least 2 (shorter is
 *     faster), or null for the tokenizer's length
 * @param promptSyntax the syntax of prompts
 */
public record BundleOptions(
    Map<String, Object> schedulerConfig, Integer textLength, PromptSyntax promptSyntax)
    implements Serializable {

  /** The syntax of prompts. */
  public enum PromptSyntax {
    /** As in diffusers: brackets are text, and long prompts are truncated. */
    PLAIN,
    /** As in AUTOMATIC1111's WebUI: brackets set weights, and long prompts are supported. */
    A1111
  }

  /** No overrides, prompts in the syntax of diffusers. */
  public static final BundleOptions NONE = new BundleOptions(Map.of(), null, PromptSyntax.PLAIN);

  public BundleOptions {
    schedulerConfig = Map.copyOf(schedulerConfig);
  }
}
