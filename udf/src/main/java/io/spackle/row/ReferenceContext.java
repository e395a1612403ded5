package io.spackle.row;

import io.spackle.family.ReferenceLayout;
import java.io.Serializable;

/**
 * How a model that is guided by prompts gets a reference image: where it stands beside the image,
 * and the text around the row's prompt.
 *
 * @param template with {@link #PROMPT} in place of the row's prompt; without it, the prompt itself
 */
public record ReferenceContext(ReferenceLayout layout, String template) implements Serializable {

  /** The place of the row's prompt in a template. */
  public static final String PROMPT = "{prompt}";

  /** The context of a row without a reference image. */
  public static final ReferenceContext NONE = new ReferenceContext(ReferenceLayout.NONE, PROMPT);

  /** Whether there is no reference image in context. */
  public boolean isNone() {
    return layout == ReferenceLayout.NONE;
  }

  /** Whether the row's prompt is part of the text that the model reads. */
  public boolean readsPrompt() {
    return template.contains(PROMPT);
  }

  /** The text that the model reads. */
  String around(String prompt) {
    return template.replace(PROMPT, prompt);
  }
}
