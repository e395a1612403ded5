package io.spackle.text;

import java.util.Arrays;

/**
 * A prompt as a text encoder reads it: ids of a fixed length.
 *
 * @param ids start and end marks included, cut or padded to the length; shared, not copied
 * @param truncated whether the text had more tokens than fit
 * @param tokens how many tokens the text has, marks included, before it was cut or padded
 */
@SuppressWarnings("ArrayRecordComponent") // compared by identity on purpose, as tensors are
public record TokenizedPrompt(long[] ids, boolean truncated, int tokens) {

  /**
   * The ids as diffusers makes them: too long a text is cut and keeps its end mark, too short a one
   * is padded.
   *
   * @throws IllegalArgumentException for a text with a lone surrogate or a NUL
   */
  public static TokenizedPrompt of(Tokenizer tokenizer, String text) {
    return of(tokenizer, text, tokenizer.maxLength());
  }

  /**
   * The same with another length than the tokenizer's own (Flux lets its callers choose).
   *
   * @param length in tokens, marks included, at least 2
   */
  public static TokenizedPrompt of(Tokenizer tokenizer, String text, int length) {
    long[] all = tokenizer.encode(text);
    long[] ids = Arrays.copyOf(all, length);
    if (all.length > length) {
      ids[length - 1] = all[all.length - 1];
    } else {
      Arrays.fill(ids, all.length, length, tokenizer.padId());
    }
    return new TokenizedPrompt(ids, all.length > length, all.length);
  }
}
