package io.spackle.family;

import io.spackle.graph.Cancellation;
import io.spackle.graph.Graph;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.LongTensor;
import io.spackle.text.PromptSequences;
import io.spackle.text.PromptSequences.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * A text encoder with its tokenizer: prompts to embeddings, each sequence on its own.
 *
 * <p>The latest embeddings are cached, since the rows of a manifest share few prompts, most often
 * one negative prompt. Used by one thread.
 */
final class PromptEncoder {

  private static final long MAX_CACHED_BYTES = 64L << 20; // 280 prompts of SD 1.5, 8 of T5

  /**
   * A prompt, encoded.
   *
   * @param sequences at least one: the outputs of the encoder by name, (1, ...) each
   * @param truncated whether the prompt is longer than the encoder reads
   */
  record EncodedPrompt(List<Map<String, FloatTensor>> sequences, boolean truncated) {

    /** How many sequences the prompt fills. */
    int sequenceCount() {
      return sequences.size();
    }

    long bytes() {
      return sequences.stream()
          .flatMap(outputs -> outputs.values().stream())
          .mapToLong(output -> (long) Float.BYTES * output.data().length)
          .sum();
    }

    /** An output of the first sequence. */
    FloatTensor output(String name) {
      return sequences.get(0).get(name);
    }
  }

  private final Function<String, PromptSequences> tokenize;
  private final Graph graph;
  private final List<String> outputs;
  private final RecentResults<String, EncodedPrompt> encoded =
      new RecentResults<>(MAX_CACHED_BYTES, EncodedPrompt::bytes);

  /**
   * @param tokenize prompt to sequences of tokens
   * @param outputs of the graph that are kept
   */
  PromptEncoder(Function<String, PromptSequences> tokenize, Graph graph, List<String> outputs) {
    this.tokenize = tokenize;
    this.graph = graph;
    this.outputs = outputs;
  }

  EncodedPrompt encode(String prompt, Cancellation cancellation) {
    return encoded.get(prompt, () -> run(prompt, cancellation));
  }

  /**
   * An output of all sequences, one after the other.
   *
   * @param output the name of hidden states, (1, tokens, width) per sequence
   * @param sequences how many to return, at least those of the prompt; the rest is empty text
   * @return (1, sequences x tokens, width)
   */
  FloatTensor hiddenStates(
      EncodedPrompt prompt, String output, int sequences, Cancellation cancellation) {
    if (sequences == 1) {
      return prompt.output(output);
    }
    List<FloatTensor> parts = new ArrayList<>();
    prompt.sequences().forEach(outputs -> parts.add(outputs.get(output)));
    while (parts.size() < sequences) {
      parts.add(encode("", cancellation).output(output));
    }
    return FloatTensor.concat(parts, 1);
  }

  private EncodedPrompt run(String prompt, Cancellation cancellation) {
    PromptSequences tokens = tokenize.apply(prompt);
    List<Map<String, FloatTensor>> encoded =
        tokens.sequences().stream().map(sequence -> run(sequence, cancellation)).toList();
    return new EncodedPrompt(encoded, tokens.truncated());
  }

  private Map<String, FloatTensor> run(Sequence sequence, Cancellation cancellation) {
    LongTensor ids = LongTensor.of(sequence.ids(), 1, sequence.ids().length);
    Map<String, FloatTensor> encoded =
        new HashMap<>(graph.run(Map.of("input_ids", ids), Set.copyOf(outputs), cancellation));
    encoded.replaceAll((name, output) -> weighted(output, sequence.weights()));
    return encoded;
  }

  /**
   * Applies prompt weights to an output, as AUTOMATIC1111's WebUI does ("emphasis: original"):
   * hidden states times weights, then the whole sequence, special tokens and padding included,
   * scaled back to its old mean.
   *
   * @param output hidden states (1, tokens, width), or a pooled embedding (1, width), which has no
   *     tokens and stays as it is
   * @param weights one for each token; where all are 1 nothing changes
   */
  private static FloatTensor weighted(FloatTensor output, float[] weights) {
    if (output.shape().rank() != 3 || allOne(weights)) {
      return output;
    }
    int width = output.shape().axis(2);
    float[] weighted = new float[output.data().length];
    for (int i = 0; i < weighted.length; i++) {
      weighted[i] = output.data()[i] * weights[i / width];
    }
    float restore = (float) (sum(output.data()) / sum(weighted));
    for (int i = 0; i < weighted.length; i++) {
      weighted[i] *= restore;
    }
    return new FloatTensor(weighted, output.shape());
  }

  private static boolean allOne(float[] weights) {
    for (float weight : weights) {
      if (weight != 1) {
        return false;
      }
    }
    return true;
  }

  private static double sum(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum;
  }
}
