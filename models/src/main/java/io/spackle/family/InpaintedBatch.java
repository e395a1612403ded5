package io.spackle.family;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The results of one batch and where the time went.
 *
 * @param images in the order of the inputs
 * @param times of the whole batch, by stage
 */
public record InpaintedBatch(List<InpaintedImage> images, Map<Stage, Duration> times) {

  /** The stages of the engine, in their order. */
  public enum Stage {
    /** Prompts to embeddings. */
    TEXT,
    /** Pixels to latents. */
    ENCODE,
    /** The denoising steps, or the one run of a model that has none. */
    DENOISE,
    /** Latents to pixels. */
    DECODE,
    /** The safety checker. */
    CHECK
  }

  public InpaintedBatch {
    images = List.copyOf(images);
    times = Map.copyOf(times);
  }
}
