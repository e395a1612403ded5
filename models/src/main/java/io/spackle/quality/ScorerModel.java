package io.spackle.quality;

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
import io.spackle.quality.LabelScorer.Labels;
import io.spackle.text.ClipTokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The folder of a scorer, checked without loading its graph: {@code model.onnx} and {@code
 * preprocessor_config.json}, as Optimum exports them.
 *
 * <p>A graph with the input {@code input_ids} is CLIP with both of its encoders: the folder also
 * has its tokenizer, and the score is the fit of image and prompt. Any other graph is an image
 * classifier, whose {@code config.json} names the labels, or a regressor with a single value.
 */
public final class ScorerModel {

  private static final String CONFIG = "config.json";
  private static final String PREPROCESSOR = "preprocessor_config.json";

  private final ModelFolder parts;
  private final Path folder;
  private final String label;

  private ScorerModel(ModelFolder parts, Path folder, String label) {
    this.parts = parts;
    this.folder = folder;
    this.label = label;
  }

  /**
   * Opens a folder.
   *
   * @param label of a classifier, whose probability is the score; null for any other scorer
   * @throws InvalidModelException with all problems
   */
  public static ScorerModel open(Path folder, String label) {
    ModelFolder parts = parts(folder);
    parts.require(List.of(ModelBundle.ROOT));
    ScorerModel model = new ScorerModel(parts, folder, label);
    List<String> problems = new ArrayList<>();
    ImagePreprocessor.of(parts.required(ModelBundle.ROOT, PREPROCESSOR, problems), problems);
    if (model.scoresPrompts()) {
      if (label != null) {
        problems.add(
            "model.onnx has the input %s and scores prompts, but a label is named: remove it"
                .formatted(PromptScorer.IDS));
      }
    } else if (label != null) {
      Labels.of(parts.required(ModelBundle.ROOT, CONFIG, problems), label, problems);
    }
    parts.reject(problems);
    return model;
  }

  /**
   * A SHA-256 of the files in a folder, in hex.
   *
   * @throws InvalidModelException with all problems
   */
  public static String digest(Path folder) {
    return parts(folder).digest();
  }

  private static ModelFolder parts(Path folder) {
    return ModelFolder.open(folder, List.of(ModelBundle.ROOT));
  }

  /**
   * Loads the graph and scores a test image.
   *
   * @throws InvalidModelException with all problems of the graph
   */
  public Scorer load(Device device) {
    try (CloseStack loading = new CloseStack()) {
      Graph graph = loading.push(OrtGraph.open(parts.graph(ModelBundle.ROOT, device), device));
      List<String> problems = new ArrayList<>();
      ImagePreprocessor preprocessor =
          ImagePreprocessor.of(parts.required(ModelBundle.ROOT, PREPROCESSOR, problems), problems);
      Scorer scorer;
      if (scoresPrompts()) {
        problems.addAll(PromptScorer.problems(graph));
        parts.reject(problems);
        scorer = new PromptScorer(graph, preprocessor, loading.push(ClipTokenizer.open(folder)));
      } else {
        Labels labels =
            Labels.of(
                label == null ? null : parts.required(ModelBundle.ROOT, CONFIG, problems),
                label,
                problems);
        scorer = LabelScorer.of(graph, preprocessor, labels, problems);
        parts.reject(problems);
      }
      runTest(scorer);
      loading.release();
      return scorer;
    }
  }

  /** The score, if it is a number. */
  static double finite(double score) {
    if (!Double.isFinite(score)) {
      throw new GraphException(
          GraphException.Kind.NOT_FINITE,
          "the scorer computed NaN or an infinite score: use a float32 model",
          null);
    }
    return score;
  }

  private boolean scoresPrompts() {
    return parts.header(ModelBundle.ROOT).inputs().stream()
        .anyMatch(input -> input.name().equals(PromptScorer.IDS));
  }

  /** Detects a graph of another input size or number of values when it is loaded, not in a job. */
  private void runTest(Scorer scorer) {
    try {
      scorer.score(RgbImage.black(64, 64), "a test", new Cancellation());
    } catch (GraphException | IllegalArgumentException e) {
      throw parts.invalid(List.of("cannot score an image: " + e.getMessage()));
    }
  }
}
