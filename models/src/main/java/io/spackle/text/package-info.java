/**
 * Prompts to token ids and weights: the CLIP and T5 tokenizers, the prompt syntax, long prompts.
 *
 * <p>Running a text encoder belongs to {@code family}.
 */
package io.spackle.text;
