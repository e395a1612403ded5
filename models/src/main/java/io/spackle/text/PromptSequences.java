package io.spackle.text;

import io.spackle.text.WeightedPrompt.Span;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A prompt as sequences of the length that a text encoder reads.
 *
 * @param sequences at least one
 * @param truncated whether the prompt has more tokens than there is room for
 */
public record PromptSequences(List<Sequence> sequences, boolean truncated) {

  /**
   * What an encoder reads at once.
   *
   * @param ids start and end marks and padding included; shared, not copied
   * @param weights one for each id, 1 for marks and padding
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by identity on purpose, as tensors are
  public record Sequence(long[] ids, float[] weights) {}

  public PromptSequences {
    sequences = List.copyOf(sequences);
  }

  /**
   * One sequence, cut where the text is too long.
   *
   * @param length in tokens, marks included, at least 2
   * @throws IllegalArgumentException for a text with a lone surrogate or a NUL
   */
  public static PromptSequences cut(Tokenizer tokenizer, String text, int length) {
    TokenizedPrompt prompt = TokenizedPrompt.of(tokenizer, text, length);
    float[] weights = new float[length];
    Arrays.fill(weights, 1);
    return new PromptSequences(List.of(new Sequence(prompt.ids(), weights)), prompt.truncated());
  }

  /**
   * As many sequences as the prompt fills, as AUTOMATIC1111's WebUI divides it: each section begins
   * a new one, and so does what follows a comma where the sequence ends within 20 tokens of it.
   *
   * @param length in tokens, marks included, at least 3
   * @param most sequences; what is beyond them is left out
   * @throws IllegalArgumentException for a text with a lone surrogate or a NUL
   */
  public static PromptSequences divided(
      Tokenizer tokenizer, WeightedPrompt prompt, int length, int most) {
    Filling filling = new Filling(tokenizer, length);
    for (int i = 0; i < prompt.sections().size() && filling.done.size() <= most; i++) {
      if (i > 0) {
        filling.end();
      }
      filling.add(prompt.sections().get(i), most);
    }
    List<Sequence> all = filling.all();
    return new PromptSequences(all.subList(0, Math.min(most, all.size())), all.size() > most);
  }

  /** Sequences as they fill with tokens. */
  private static final class Filling {

    /** The WebUI's own default, "increase coherency by padding from the last comma". */
    private static final int BACKTRACK = 20;

    private static final int NONE = -1;

    private final Tokenizer tokenizer;
    private final int room; // tokens of a sequence, marks not counted
    private final long start;
    private final long end;
    private final long comma;
    private final List<Sequence> done = new ArrayList<>();
    private final long[] ids;
    private final float[] weights;
    private int size;
    private int lastComma = NONE;

    Filling(Tokenizer tokenizer, int length) {
      this.tokenizer = tokenizer;
      this.room = length - 2;
      long[] marked = tokenizer.encode(",");
      this.start = marked[0];
      this.comma = marked[1];
      this.end = marked[marked.length - 1];
      this.ids = new long[room];
      this.weights = new float[room];
    }

    /** Adds spans until it is clear that there is more than can be read. */
    void add(List<Span> section, int most) {
      for (int i = 0; i < section.size() && done.size() <= most; i++) {
        Span span = section.get(i);
        long[] marked = tokenizer.encode(span.text());
        for (int at = 1; at < marked.length - 1; at++) {
          add(marked[at], span.weight());
        }
      }
    }

    /** The sequences, the last of them padded; a prompt without tokens has one. */
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
      } else if (size == room && lastComma != NONE && size - lastComma <= BACKTRACK) {
        endAfterComma();
      }
      if (size == room) {
        end();
      }
      ids[size] = id;
      weights[size] = weight;
      size++;
    }

    /** What stands after the last comma moves to the next sequence. */
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
      long[] marked = new long[room + 2];
      Arrays.fill(marked, tokenizer.padId());
      marked[0] = start;
      System.arraycopy(ids, 0, marked, 1, tokens);
      marked[tokens + 1] = end;
      float[] all = new float[marked.length];
      Arrays.fill(all, 1);
      System.arraycopy(weights, 0, all, 1, tokens);
      return new Sequence(marked, all);
    }
  }
}
