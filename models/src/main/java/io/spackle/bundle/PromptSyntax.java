package io.spackle.bundle;

/** How the prompts of a job are written. */
public enum PromptSyntax {
  /** As diffusers reads them: brackets are brackets, and what is too long is cut. */
  PLAIN,
  /** As AUTOMATIC1111's WebUI reads them: brackets weigh, and a prompt may be long. */
  A1111
}
