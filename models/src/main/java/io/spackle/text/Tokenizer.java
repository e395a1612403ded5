package io.spackle.text;

/** Text to token ids, as the model was trained to read them; thread-safe. */
public interface Tokenizer extends AutoCloseable {

  /**
   * The ids of a text with the start and end marks of the vocabulary, neither cut nor padded.
   *
   * @param text any text without lone surrogates
   */
  long[] encode(String text);

  /** The id that fills a sequence up to its length. */
  long padId();

  /** The length of the model's sequences in tokens, start and end marks included (CLIP: 77). */
  int maxLength();

  @Override
  void close();
}
