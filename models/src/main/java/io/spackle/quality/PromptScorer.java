package io.spackle.quality;

import io.spackle.graph.Cancellation;
import io.spackle.graph.Graph;
import io.spackle.image.RgbImage;
import io.spackle.preprocess.ImagePreprocessor;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.LongTensor;
import io.spackle.tensor.Tensor;
import io.spackle.text.PromptSequences;
import io.spackle.text.Tokenizer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A scorer of how well an image fits its prompt: the cosine of the angle between their embeddings
 * by CLIP (Hessel et al., <em>CLIPScore</em>, 2021, without its factor of 2.5), -1 to 1.
 *
 * @param graph maps {@code pixel_values}, {@code input_ids} and, if it declares one, {@code
 *     attention_mask} to {@code image_embeds} and {@code text_embeds}
 */
record PromptScorer(Graph graph, ImagePreprocessor preprocessor, Tokenizer tokenizer)
    implements Scorer {

  /** The input by which a graph of CLIP is recognised. */
  static final String IDS = "input_ids";

  private static final String PIXELS = "pixel_values";
  private static final String ATTENTION = "attention_mask";
  private static final String IMAGE = "image_embeds";
  private static final String TEXT = "text_embeds";

  static List<String> problems(Graph graph) {
    boolean hasAttention = graph.inputs().containsKey(ATTENTION);
    return graph.problems(
        "model.onnx",
        hasAttention ? Set.of(PIXELS, IDS, ATTENTION) : Set.of(PIXELS, IDS),
        Set.of(IMAGE, TEXT));
  }

  @Override
  public Double score(RgbImage image, String prompt, Cancellation cancellation) {
    if (prompt.isBlank()) {
      return null;
    }
    Map<String, FloatTensor> embeds =
        graph.run(inputs(image, prompt), Set.of(IMAGE, TEXT), cancellation);
    return ScorerModel.finite(cosine(embeds.get(IMAGE).data(), embeds.get(TEXT).data()));
  }

  private Map<String, Tensor> inputs(RgbImage image, String prompt) {
    int length = tokenizer.maxLength();
    long[] ids = PromptSequences.cut(tokenizer, prompt, length).sequences().get(0).ids();
    Map<String, Tensor> inputs = new HashMap<>();
    inputs.put(PIXELS, preprocessor.tensor(image));
    inputs.put(IDS, LongTensor.of(ids, 1, length));
    if (graph.inputs().containsKey(ATTENTION)) {
      long[] attended = new long[length];
      Arrays.fill(attended, 0, Math.min(length, tokenizer.encode(prompt).length), 1);
      inputs.put(ATTENTION, LongTensor.of(attended, 1, length));
    }
    return inputs;
  }

  /**
   * The cosine of the angle between two vectors.
   *
   * @throws IllegalArgumentException for vectors of different lengths
   */
  static double cosine(float[] one, float[] two) {
    if (one.length != two.length) {
      throw new IllegalArgumentException(
          "embeddings of %d and %d numbers, expected the same: export image and text of one model"
              .formatted(one.length, two.length));
    }
    double product = 0;
    double squareOne = 0;
    double squareTwo = 0;
    for (int i = 0; i < one.length; i++) {
      product += (double) one[i] * two[i];
      squareOne += (double) one[i] * one[i];
      squareTwo += (double) two[i] * two[i];
    }
    return product / Math.sqrt(squareOne * squareTwo);
  }

  @Override
  public void close() {
    try (Graph closed = graph) {
      tokenizer.close();
    }
  }
}
