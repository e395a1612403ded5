package io.spackle.safety;

import io.spackle.bundle.ModelBundle;
import io.spackle.bundle.ModelFolder;
import io.spackle.graph.Cancellation;
import io.spackle.graph.CloseStack;
import io.spackle.graph.Device;
import io.spackle.graph.Graph;
import io.spackle.graph.GraphException;
import io.spackle.graph.InvalidModelException;
import io.spackle.graph.OrtGraph;
import io.spackle.image.RgbImage;
import io.spackle.preprocess.ImagePreprocessor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The folder of a safety checker, checked without loading its graph.
 *
 * <p>There are two layouts: {@code safety_checker/model.onnx}, the CLIP checker in older exports of
 * Stable Diffusion, and {@code model.onnx} with {@code config.json} and {@code
 * preprocessor_config.json}, an image classifier exported by Optimum.
 */
public final class SafetyModel {

  private static final String CLIP = "safety_checker";
  private static final String PREPROCESSOR = "feature_extractor";

  private final ModelFolder parts;
  private final String component;
  private final SafetyOptions options;

  private SafetyModel(ModelFolder parts, String component, SafetyOptions options) {
    this.parts = parts;
    this.component = component;
    this.options = options;
  }

  /** Whether a folder, such as that of a bundle, contains a CLIP checker. */
  public static boolean isIn(Path folder) {
    return Files.isRegularFile(folder.resolve(CLIP).resolve("model.onnx"));
  }

  /**
   * Opens a folder.
   *
   * @throws InvalidModelException with all problems
   */
  public static SafetyModel open(Path folder, SafetyOptions options) {
    ModelFolder parts = parts(folder);
    if (isIn(folder)) {
      return new SafetyModel(parts, CLIP, options);
    }
    SafetyModel classifier = new SafetyModel(parts, ModelBundle.ROOT, options);
    List<String> problems = new ArrayList<>();
    if (!parts.has(ModelBundle.ROOT)) {
      problems.add(
          "neither model.onnx nor safety_checker/model.onnx found, expected one of them: export an"
              + " image classifier with 'optimum-cli export onnx'");
    } else {
      ImageClassifier.FlagRule.of(
          parts.required(ModelBundle.ROOT, "config.json", problems), options, problems);
      ImagePreprocessor.of(
          parts.required(ModelBundle.ROOT, "preprocessor_config.json", problems), problems);
    }
    parts.reject(problems);
    return classifier;
  }

  /**
   * The {@link #digest()} of the checker in a folder.
   *
   * @throws InvalidModelException with all problems
   */
  public static String digest(Path folder) {
    return parts(folder).digest();
  }

  private static ModelFolder parts(Path folder) {
    return ModelFolder.open(
        folder, isIn(folder) ? List.of(CLIP, PREPROCESSOR) : List.of(ModelBundle.ROOT));
  }

  /** The name on the Hugging Face Hub if the configuration has one, else that of the folder. */
  public String name() {
    String folder = parts.name() + (component.isEmpty() ? "" : "/" + component);
    return parts.hubName(component).orElse(folder);
  }

  /**
   * A SHA-256 of its files, in hex. The first call reads each file that this process has not read.
   */
  public String digest() {
    return parts.digest();
  }

  /**
   * Loads the graph and runs it on a test image.
   *
   * @throws InvalidModelException with all problems of the graph
   */
  public SafetyChecker load(Device device) {
    try (CloseStack loading = new CloseStack()) {
      Graph graph = loading.push(OrtGraph.open(parts.graph(component, device), device));
      List<String> problems = new ArrayList<>();
      SafetyChecker checker =
          component.equals(CLIP) ? clip(graph, problems) : classifier(graph, problems);
      parts.reject(problems);
      runTest(checker);
      loading.release();
      return checker;
    }
  }

  private SafetyChecker clip(Graph graph, List<String> problems) {
    ImagePreprocessor preprocessor =
        parts
            .config(PREPROCESSOR)
            .map(config -> ImagePreprocessor.of(config, problems))
            .orElse(ImagePreprocessor.OF_CLIP);
    return ClipChecker.of(graph, preprocessor, problems);
  }

  private SafetyChecker classifier(Graph graph, List<String> problems) {
    return ImageClassifier.of(
        graph,
        ImagePreprocessor.of(
            parts.required(component, "preprocessor_config.json", problems), problems),
        ImageClassifier.FlagRule.of(
            parts.required(component, "config.json", problems), options, problems),
        problems);
  }

  /** Detects a graph of another input size or number of scores when it is loaded, not in a job. */
  private void runTest(SafetyChecker checker) {
    try {
      checker.flags(RgbImage.black(64, 64), new Cancellation());
    } catch (GraphException | IllegalArgumentException e) {
      throw parts.invalid(List.of("cannot check an image: " + e.getMessage()));
    }
  }
}
