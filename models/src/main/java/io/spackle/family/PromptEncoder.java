package io.spackle.family;

import io.spackle.graph.Cancellation;
import io.spackle.graph.Graph;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.LongTensor;
import io.spackle.text.TokenizedPrompt;
import io.spackle.text.Tokenizer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Prompts to embeddings by one text encoder, each text on its own.
 *
 * <p>A manifest's rows share few prompts, most often one negative prompt: the latest embeddings are
 * kept. Used by one thread.
 */
final class PromptEncoder {

  private static final int KEPT = 64; // 64 of 77 x 768 floats are 15 MB

  /**
   * What a text becomes.
   *
   * @param outputs the wanted outputs by name, each for a batch of one
   * @param truncated whether the text is longer than the encoder reads
   */
  record Encoded(Map<String, FloatTensor> outputs, boolean truncated) {

    FloatTensor output(String name) {
      return outputs.get(name);
    }
  }

  private final Tokenizer tokenizer;
  private final int length;
  private final Graph graph;
  private final List<String> wanted;
  private final Map<String, Encoded> latest = new LinkedHashMap<>();

  /**
   * @param length of the sequences in tokens
   * @param wanted the graph outputs to keep
   */
  PromptEncoder(Tokenizer tokenizer, int length, Graph graph, List<String> wanted) {
    this.tokenizer = tokenizer;
    this.length = length;
    this.graph = graph;
    this.wanted = wanted;
  }

  Encoded encode(String text, Cancellation cancellation) {
    Encoded known = latest.remove(text);
    Encoded encoded = known == null ? run(text, cancellation) : known;
    latest.put(
        text, encoded); // last in the order of the map, so that the first is the one longest unused
    if (latest.size() > KEPT) {
      latest.remove(latest.keySet().iterator().next());
    }
    return encoded;
  }

  private Encoded run(String text, Cancellation cancellation) {
    TokenizedPrompt prompt = TokenizedPrompt.of(tokenizer, text, length);
    LongTensor ids = LongTensor.of(prompt.ids(), 1, length);
    Map<String, FloatTensor> kept =
        new HashMap<>(graph.run(Map.of("input_ids", ids), cancellation));
    kept.keySet().retainAll(wanted);
    return new Encoded(kept, prompt.truncated());
  }
}
