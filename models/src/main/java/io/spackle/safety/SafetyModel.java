package io.spackle.safety;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A safety checker in a folder, checked without loading its graph.
 *
 * <p>Two kinds are known by what lies there: {@code safety_checker/model.onnx}, the CLIP checker
 * that older exports of Stable Diffusion hold, and {@code model.onnx} with {@code config.json} and
 * {@code preprocessor_config.json}, any image classifier that Optimum exports.
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

  /** Whether a folder, such as a bundle's, holds a CLIP checker. */
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
          "neither model.onnx nor safety_checker/model.onnx found, one of which a safety checker"
              + " has: export an image classifier with 'optimum-cli export onnx'");
    } else {
      FlagRule.of(classifier.file("config.json", problems), options, problems);
      ImagePreprocessor.of(classifier.file("preprocessor_config.json", problems), problems);
    }
    refuse(parts, problems);
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

  /** What the checker is called: its name on the hub where its configuration tells it. */
  public String name() {
    String folder = parts.name() + (component.isEmpty() ? "" : "/" + component);
    return parts.hubName(component).orElse(folder);
  }

  /** A SHA-256 of its files, in hex. Reads every byte when first called. */
  public String digest() {
    return parts.digest();
  }

  /**
   * Loads the graph and tries it on an image.
   *
   * @throws InvalidModelException with all that is wrong with the graph
   */
  public SafetyChecker load(Device device) {
    try (CloseStack loading = new CloseStack()) {
      Graph graph = loading.push(OrtGraph.open(parts.graph(component), device));
      List<String> problems = new ArrayList<>();
      SafetyChecker checker =
          component.equals(CLIP) ? clip(graph, problems) : classifier(graph, problems);
      refuse(parts, problems);
      tryOut(checker);
      loading.release();
      return checker;
    }
  }

  private SafetyChecker clip(Graph graph, List<String> problems) {
    ImagePreprocessor preparation =
        parts
            .config(PREPROCESSOR)
            .map(config -> ImagePreprocessor.of(config, problems))
            .orElse(ImagePreprocessor.OF_CLIP);
    return ClipChecker.of(graph, preparation, problems);
  }

  private SafetyChecker classifier(Graph graph, List<String> problems) {
    return ImageClassifier.of(
        graph,
        ImagePreprocessor.of(file("preprocessor_config.json", problems), problems),
        FlagRule.of(file("config.json", problems), options, problems),
        problems);
  }

  private JsonNode file(String name, List<String> problems) {
    return parts
        .json(component, name)
        .orElseGet(
            () -> {
              problems.add(name + ": not found: copy it from the exported model");
              return MissingNode.getInstance();
            });
  }

  /** A graph that takes another size, or gives other scores, fails now and not in a job. */
  private void tryOut(SafetyChecker checker) {
    try {
      checker.flags(RgbImage.black(64, 64), new Cancellation());
    } catch (GraphException | IllegalArgumentException e) {
      throw parts.refusal(List.of("cannot judge an image: " + e.getMessage()));
    }
  }

  private static void refuse(ModelFolder parts, List<String> problems) {
    if (!problems.isEmpty()) {
      throw parts.refusal(problems);
    }
  }
}
