package io.spackle.safety;

import io.spackle.graph.Cancellation;
import io.spackle.graph.Graph;
import io.spackle.graph.TensorSpec;
import io.spackle.image.RgbImage;
import io.spackle.preprocess.ImagePreprocessor;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Shape;
import io.spackle.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The safety checker of Stable Diffusion ({@code StableDiffusionSafetyChecker} of
 * huggingface/diffusers): a graph that compares the CLIP embedding of an image with those of unsafe
 * concepts.
 *
 * @param graph maps {@code clip_input} to {@code has_nsfw_concepts}; exports of diffusers also map
 *     {@code images} to {@code out_images}, where flagged images are black
 */
record ClipChecker(Graph graph, ImagePreprocessor preprocessor) implements SafetyChecker {

  private static final String INPUT = "clip_input";
  private static final String IMAGES = "images";
  private static final String FLAGS = "has_nsfw_concepts";
  private static final String OUT_IMAGES = "out_images";

  static ClipChecker of(Graph graph, ImagePreprocessor preprocessor, List<String> problems) {
    boolean takesImages = graph.inputs().containsKey(IMAGES);
    boolean hasFlags = graph.outputs().containsKey(FLAGS) || !takesImages;
    problems.addAll(
        graph.problems(
            "safety_checker/model.onnx",
            takesImages ? Set.of(INPUT, IMAGES) : Set.of(INPUT),
            Set.of(hasFlags ? FLAGS : OUT_IMAGES)));
    return new ClipChecker(graph, preprocessor);
  }

  @Override
  public boolean flags(RgbImage image, Cancellation cancellation) {
    Map<String, Tensor> inputs = new HashMap<>();
    inputs.put(INPUT, preprocessor.tensor(image));
    if (graph.inputs().containsKey(IMAGES)) {
      inputs.put(IMAGES, white(graph.inputs().get(IMAGES)));
    }
    Map<String, FloatTensor> outputs = graph.run(inputs, cancellation);
    return outputs.containsKey(FLAGS)
        ? outputs.get(FLAGS).data()[0] != 0
        : outputs.get(OUT_IMAGES).data()[0] == 0;
  }

  /**
   * A white image in place of the real one: a black pixel in the output shows that it is flagged.
   */
  private static FloatTensor white(TensorSpec spec) {
    int[] axes = spec.axes().stream().mapToInt(axis -> (int) Math.max(1, axis)).toArray();
    FloatTensor white = FloatTensor.zeros(new Shape(axes));
    Arrays.fill(white.data(), 1);
    return white;
  }

  @Override
  public void close() {
    graph.close();
  }
}
