package io.spackle.family;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The paintings of one batch and where the time went.
 *
 * @param paintings in the order of the subjects
 * @param timings by stage, for the whole batch
 */
public record InpaintedBatch(List<InpaintedImage> paintings, Map<Stage, Duration> timings) {

  /** The stages of the engine, in their order. */
  public enum Stage {
    /** Prompts to embeddings. */
    TEXT,
    /** Pixels to latents. */
    ENCODE,
    /** The denoising steps; the one run of a model that has none. */
    DENOISE,
    /** Latents to pixels. */
    DECODE,
    /** The safety checker. */
    CHECK
  }

  public InpaintedBatch {
    paintings = List.copyOf(paintings);
    timings = Map.copyOf(timings);
  }
}
