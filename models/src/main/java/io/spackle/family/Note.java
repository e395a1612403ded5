package io.spackle.family;

import java.util.EnumSet;
import java.util.Set;

/** A fact about a result that the owner of the image should know. */
public enum Note {
  /** The prompt is longer than the model reads; its end was ignored. */
  PROMPT_TRUNCATED,
  /** The negative prompt is longer than the model reads; its end was ignored. */
  NEGATIVE_PROMPT_TRUNCATED,
  /** The prompt has weights, which the model does not know; they were ignored. */
  PROMPT_WEIGHTS_IGNORED,
  /** The row has a prompt or a negative prompt, and the model takes none. */
  PROMPT_UNUSED,
  /** There is a negative prompt, which has no effect without guidance, or in the model. */
  NEGATIVE_PROMPT_UNUSED,
  /** The row sets a parameter of denoising or prompts, and the model has no use for it. */
  PARAMETERS_UNUSED,
  /** The row excludes pixels from being copied, and none is copied. */
  EXCLUDE_UNUSED,
  /** The row has a mask file, so that nothing was searched for with {@code mask_from}. */
  MASK_FROM_UNUSED,
  /** The row asks for a size, and the model works at the size of the init image. */
  SIZE_UNUSED,
  /** The init image has the requested proportions or size already: its canvas is not extended. */
  EXTEND_UNUSED,
  /** The init image is transparent, and the output is not: its format or the configuration. */
  ALPHA_FLATTENED,
  /** The init image's ICC profile is damaged or of other channels; its colours count as sRGB. */
  PROFILE_IGNORED,
  /** The init image has more than 8 bits per sample; the model generates 8. */
  GENERATED_IN_8_BITS,
  /** The init image has a signed manifest of its provenance, which the output has not. */
  PROVENANCE_DROPPED,
  /** The mask selects nothing, or a model found nothing to mask: the output is the input. */
  MASK_EMPTY,
  /** The mask selects everything: nothing of the input is kept. */
  MASK_FULL,
  /** The file does not look like a mask; its luma was taken. */
  MASK_UNCLEAR,
  /**
   * The matte has wide soft parts, or what is kept and its old background have almost the same
   * colour along the edge: the cut-out may be ragged.
   */
  MATTE_UNCERTAIN,
  /** The mask was turned by the orientation of the init image, which it fitted only then. */
  MASK_TURNED,
  /** The mask has other proportions than the init image; it was stretched. */
  MASK_STRETCHED,
  /** The safety checker flagged the image: it was replaced by a black one. */
  NSFW_CONTENT_DETECTED,
  /** An image misses a threshold of quality, after all retries if there are any. */
  QUALITY_LOW;

  /** The notes of an image whose negative prompt is not read. */
  static Set<Note> withoutNegative(boolean promptTruncated, InpaintInput input) {
    Set<Note> notes = ofTruncated(promptTruncated, false);
    if (!input.negativePromptOrEmpty().isBlank()) {
      notes.add(NEGATIVE_PROMPT_UNUSED);
    }
    return notes;
  }

  static Set<Note> ofTruncated(boolean prompt, boolean negativePrompt) {
    Set<Note> notes = EnumSet.noneOf(Note.class);
    if (prompt) {
      notes.add(PROMPT_TRUNCATED);
    }
    if (negativePrompt) {
      notes.add(NEGATIVE_PROMPT_TRUNCATED);
    }
    return notes;
  }
}
