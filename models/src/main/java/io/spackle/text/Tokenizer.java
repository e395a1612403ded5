package io.spackle.text;

/** A conversion of text to the token ids that a text encoder was trained with; thread-safe. */
public interface Tokenizer extends AutoCloseable {

  /**
   * The ids of a text, with the start and end tokens of the vocabulary, neither truncated nor
   * padded.
   *
   * @throws IllegalArgumentException for a text with a lone surrogate or a NUL
   * @throws IllegalStateException after {@link #close}
   */
  long[] encode(String text);

  /** The id that pads a sequence to its length. */
  long padId();

  /** The length of the model's sequences, including start and end tokens (CLIP: 77). */
  int maxLength();

  @Override
  void close();
}
