package io.spackle.family;

import io.spackle.graph.Cancellation;
import io.spackle.graph.Graph;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.LongTensor;
import io.spackle.text.PromptSequences;
import io.spackle.text.PromptSequences.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Prompts to embeddings by one text encoder, each sequence on its own.
 *
 * <p>A manifest's rows share few prompts, most often one negative prompt: the latest embeddings are
 * kept. Used by one thread.
 */
final class PromptEncoder {

  private static final int KEPT = 64; // sequences; 64 of 77 x 768 floats are 15 MB

  /**
   * What a text becomes.
   *
   * @param sequences at least one: the wanted outputs by name, each for a batch of one
   * @param truncated whether the text is longer than the encoder reads
   */
  record Encoded(List<Map<String, FloatTensor>> sequences, boolean truncated) {

    /** How many sequences the text fills. */
    int count() {
      return sequences.size();
    }

    /** An output of the first sequence. */
    FloatTensor output(String name) {
      return sequences.get(0).get(name);
    }
  }

  private final Function<String, PromptSequences> reading;
  private final Graph graph;
  private final List<String> wanted;
  private final Map<String, Encoded> latest = new LinkedHashMap<>();
  private int kept; // sequences in latest

  /**
   * @param reading text to sequences
   * @param wanted the graph outputs to keep
   */
  PromptEncoder(Function<String, PromptSequences> reading, Graph graph, List<String> wanted) {
    this.reading = reading;
    this.graph = graph;
    this.wanted = wanted;
  }

  Encoded encode(String text, Cancellation cancellation) {
    Encoded known = forget(text);
    Encoded encoded = known == null ? run(text, cancellation) : known;
    keep(text, encoded);
    while (kept > KEPT && latest.size() > 1) {
      forget(latest.keySet().iterator().next());
    }
    return encoded;
  }

  /**
   * An output of all sequences, one after the other.
   *
   * @param name of hidden states, (1, tokens, width) per sequence
   * @param count how many sequences to give, at least those of the text; the rest is empty text
   * @return (1, count x tokens, width)
   */
  FloatTensor hidden(Encoded encoded, String name, int count, Cancellation cancellation) {
    if (count == 1) {
      return encoded.output(name);
    }
    List<FloatTensor> parts = new ArrayList<>();
    encoded.sequences().forEach(outputs -> parts.add(outputs.get(name)));
    while (parts.size() < count) {
      parts.add(encode("", cancellation).output(name));
    }
    return FloatTensor.concat(parts, 1);
  }

  /** Last in the order of the map, so that the first is the one longest unused. */
  private void keep(String text, Encoded encoded) {
    latest.put(text, encoded);
    kept += encoded.count();
  }

  private Encoded forget(String text) {
    Encoded known = latest.remove(text);
    kept -= known == null ? 0 : known.count();
    return known;
  }

  private Encoded run(String text, Cancellation cancellation) {
    PromptSequences prompt = reading.apply(text);
    List<Map<String, FloatTensor>> outputs =
        prompt.sequences().stream().map(sequence -> run(sequence, cancellation)).toList();
    return new Encoded(outputs, prompt.truncated());
  }

  private Map<String, FloatTensor> run(Sequence sequence, Cancellation cancellation) {
    LongTensor ids = LongTensor.of(sequence.ids(), 1, sequence.ids().length);
    Map<String, FloatTensor> outputs =
        new HashMap<>(graph.run(Map.of("input_ids", ids), cancellation));
    outputs.keySet().retainAll(wanted);
    outputs.replaceAll((name, output) -> Emphasis.weighed(output, sequence.weights()));
    return outputs;
  }
}
