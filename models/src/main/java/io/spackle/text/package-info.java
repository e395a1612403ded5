/**
 * Conversion of prompts to token ids and weights: the CLIP and T5 tokenizers, the emphasis syntax,
 * long prompts.
 *
 * <p>Running a text encoder belongs to {@code family}.
 */
package io.spackle.text;
