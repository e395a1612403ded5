package io.spackle.family;

import java.util.EnumSet;
import java.util.Set;

/** Something worth knowing about an image that was painted. */
public enum Note {
  /** The prompt is longer than the model reads; its end was left out. */
  PROMPT_TRUNCATED,
  /** The negative prompt is longer than the model reads; its end was left out. */
  NEGATIVE_PROMPT_TRUNCATED,
  /** The prompt has weights, which mean nothing to the model; it read the text without them. */
  PROMPT_WEIGHTS_IGNORED,
  /** The row has a prompt or a negative prompt, and the model reads none. */
  PROMPT_UNUSED,
  /** The mask marks nothing: the output is the input. */
  MASK_EMPTY,
  /** The mask marks everything: nothing of the input is kept. */
  MASK_FULL,
  /** The safety checker flagged the image: it is black all over. */
  NSFW_CONTENT_DETECTED;

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
