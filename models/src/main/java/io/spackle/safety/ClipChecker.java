package io.spackle.safety;

import io.spackle.graph.Cancellation;
import io.spackle.graph.Graph;
import io.spackle.graph.GraphChecks;
import io.spackle.graph.TensorSpec;
import io.spackle.image.RgbImage;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Shape;
import io.spackle.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The checker of Stable Diffusion ({@code StableDiffusionSafetyChecker} of huggingface/diffusers):
 * CLIP sees the image, and the graph itself compares what it sees with the concepts that it knows.
 *
 * @param graph {@code clip_input} to {@code has_nsfw_concepts}; exports of diffusers also take the
 *     {@code images} and give them back as {@code out_images}, a flagged one black
 */
record ClipChecker(Graph graph, ImagePreprocessor preparation) implements SafetyChecker {

  private static final String INPUT = "clip_input";
  private static final String IMAGES = "images";
  private static final String FLAGS = "has_nsfw_concepts";
  private static final String OUT_IMAGES = "out_images";

  static ClipChecker of(Graph graph, ImagePreprocessor preparation, List<String> problems) {
    boolean takesImages = graph.inputs().containsKey(IMAGES);
    boolean tells = graph.outputs().containsKey(FLAGS) || !takesImages;
    problems.addAll(
        GraphChecks.problems(
            "safety_checker/model.onnx",
            graph,
            takesImages ? Set.of(INPUT, IMAGES) : Set.of(INPUT),
            Set.of(tells ? FLAGS : OUT_IMAGES)));
    return new ClipChecker(graph, preparation);
  }

  @Override
  public boolean flags(RgbImage picture, Cancellation cancellation) {
    Map<String, Tensor> inputs = new HashMap<>();
    inputs.put(INPUT, preparation.of(picture));
    if (graph.inputs().containsKey(IMAGES)) {
      inputs.put(IMAGES, white(graph.inputs().get(IMAGES)));
    }
    Map<String, FloatTensor> outputs = graph.run(inputs, cancellation);
    return outputs.containsKey(FLAGS)
        ? outputs.get(FLAGS).data()[0] != 0
        : outputs.get(OUT_IMAGES).data()[0] == 0;
  }

  /** In place of the image, which the graph only blackens or not: one pixel tells which. */
  private static FloatTensor white(TensorSpec port) {
    int[] axes = port.axes().stream().mapToInt(axis -> (int) Math.max(1, axis)).toArray();
    FloatTensor white = FloatTensor.zeros(new Shape(axes));
    Arrays.fill(white.data(), 1);
    return white;
  }

  @Override
  public void close() {
    graph.close();
  }
}
