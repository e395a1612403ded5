package io.spackle.text;

import io.spackle.text.WeightedPrompt.Span;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A prompt as token sequences of the length that a text encoder reads.
 *
 * @param sequences at least one, all of the same length
 * @param truncated whether tokens were dropped because the prompt is too long
 */
public record PromptSequences(List<Sequence> sequences, boolean truncated) {

  /**
   * The input of one run of a text encoder.
   *
   * @param ids token ids, including start and end tokens and padding; shared, not copied
   * @param weights one weight per id, 1 for start and end tokens and padding; shared, not copied
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by identity on purpose, as tensors are
  public record Sequence(long[] ids, float[] weights) {}

  public PromptSequences {
    sequences = List.copyOf(sequences);
  }

  /**
   * One sequence, as diffusers makes it: a longer text is truncated and keeps its end token, a
   * shorter one is padded.
   *
   * @param length in tokens, including start and end tokens, at least 2
   * @throws IllegalArgumentException for a text with a lone surrogate or a NUL
   */
  public static PromptSequences cut(Tokenizer tokenizer, String text, int length) {
    long[] all = tokenizer.encode(text);
    long[] ids = Arrays.copyOf(all, length);
    if (all.length > length) {
      ids[length - 1] = all[all.length - 1];
    } else {
      Arrays.fill(ids, all.length, length, tokenizer.padId());
    }
    float[] weights = new float[length];
    Arrays.fill(weights, 1);
    return new PromptSequences(List.of(new Sequence(ids, weights)), all.length > length);
  }

  /**
   * As many sequences as the prompt fills, divided as in AUTOMATIC1111's WebUI: each section starts
   * a sequence, and where a sequence is full within 20 tokens after a comma, the tokens after the
   * comma move to the next one.
   *
   * @param length in tokens, including start and end tokens, at least 3
   * @param most the maximum number of sequences; further ones are dropped
   * @throws IllegalArgumentException for a text with a lone surrogate or a NUL
   */
  public static PromptSequences divided(
      Tokenizer tokenizer, WeightedPrompt prompt, int length, int most) {
    Filler filler = new Filler(tokenizer, length);
    for (int i = 0; i < prompt.sections().size() && filler.done.size() <= most; i++) {
      if (i > 0) {
        filler.end();
      }
      filler.add(prompt.sections().get(i), most);
    }
    List<Sequence> all = filler.all();
    return new PromptSequences(all.subList(0, Math.min(most, all.size())), all.size() > most);
  }

  /** Fills sequences with tokens. */
  private static final class Filler {

    /**
     * The WebUI's default of "increase coherency by padding from the last comma within n tokens".
     */
    private static final int BACKTRACK = 20;

    private static final int NONE = -1;

    private final Tokenizer tokenizer;
    private final int capacity; // tokens of a sequence, without start and end tokens
    private final long start;
    private final long end;
    private final long comma;
    private final List<Sequence> done = new ArrayList<>();
    private final long[] ids;
    private final float[] weights;
    private int size;
    private int lastComma = NONE;

    Filler(Tokenizer tokenizer, int length) {
      this.tokenizer = tokenizer;
      this.capacity = length - 2;
      long[] encoded = tokenizer.encode(",");
      this.start = encoded[0];
      this.comma = encoded[1];
      this.end = encoded[encoded.length - 1];
      this.ids = new long[capacity];
      this.weights = new float[capacity];
    }

    /** Adds spans, until the maximum number of sequences is exceeded. */
    void add(List<Span> section, int most) {
      for (int i = 0; i < section.size() && done.size() <= most; i++) {
        Span span = section.get(i);
        long[] encoded = tokenizer.encode(span.text());
        for (int at = 1; at < encoded.length - 1; at++) {
          add(encoded[at], span.weight());
        }
      }
    }

    /** The sequences, the last one padded; a prompt without tokens has one. */
    List<Sequence> all() {
      if (size > 0 || done.isEmpty()) {
        end();
      }
      return done;
    }

    void end() {
      done.add(sequence(size));
      size = 0;
      lastComma = NONE;
    }

    private void add(long id, float weight) {
      if (id == comma) {
        lastComma = size;
      } else if (size == capacity && lastComma != NONE && size - lastComma <= BACKTRACK) {
        endAfterComma();
      }
      if (size == capacity) {
        end();
      }
      ids[size] = id;
      weights[size] = weight;
      size++;
    }

    /** Ends the sequence after the last comma; the tokens behind it move to the next one. */
    private void endAfterComma() {
      int kept = lastComma + 1;
      int moved = size - kept;
      done.add(sequence(kept));
      System.arraycopy(ids, kept, ids, 0, moved);
      System.arraycopy(weights, kept, weights, 0, moved);
      size = moved;
      lastComma = NONE;
    }

    private Sequence sequence(int tokens) {
      long[] padded = new long[capacity + 2];
      Arrays.fill(padded, tokenizer.padId());
      padded[0] = start;
      System.arraycopy(ids, 0, padded, 1, tokens);
      padded[tokens + 1] = end;
      float[] paddedWeights = new float[padded.length];
      Arrays.fill(paddedWeights, 1);
      System.arraycopy(weights, 0, paddedWeights, 1, tokens);
      return new Sequence(padded, paddedWeights);
    }
  }
}
