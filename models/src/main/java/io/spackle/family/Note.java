package io.spackle.family;

/** Something worth knowing about a picture that was painted. */
public enum Note {
  /** The prompt is longer than the model reads; its end was left out. */
  PROMPT_TRUNCATED,
  /** The negative prompt is longer than the model reads; its end was left out. */
  NEGATIVE_PROMPT_TRUNCATED,
  /** The mask marks nothing: the output is the input. */
  MASK_EMPTY,
  /** The mask marks everything: nothing of the input is kept. */
  MASK_FULL
}
