package io.spackle.segment;

import io.spackle.bundle.ModelBundle;
import io.spackle.bundle.ModelFolder;
import io.spackle.graph.Cancellation;
import io.spackle.graph.CloseStack;
import io.spackle.graph.Device;
import io.spackle.graph.GraphException;
import io.spackle.graph.InvalidModelException;
import io.spackle.graph.OrtGraph;
import io.spackle.image.RgbImage;
import io.spackle.tensor.FloatTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A segmenter that is not open yet: in a folder with one graph, or built in.
 *
 * <p>{@link #open} checks all that can be checked without loading the graph.
 */
public final class SegmenterModel {

  /** The path of the built-in text detector. */
  public static final String TEXT = "builtin:text";

  private static final String SCHEME = "builtin:";

  /** Changes whenever the same image may give another mask. */
  private static final String TEXT_DIGEST = TEXT + " 3";

  private final String name;
  private final GraphReading reading;
  private final Function<Device, OrtGraph> opener;
  private final Function<Device, Optional<TextRecogniser>> recogniser;

  private SegmenterModel(
      String name,
      GraphReading reading,
      Function<Device, OrtGraph> opener,
      Function<Device, Optional<TextRecogniser>> recogniser) {
    this.name = name;
    this.reading = reading;
    this.opener = opener;
    this.recogniser = recogniser;
  }

  /** Whether a path names a built-in segmenter, or one that does not exist. */
  public static boolean isBuiltIn(String path) {
    return path.startsWith(SCHEME);
  }

  /**
   * The digest of a built-in segmenter.
   *
   * @throws InvalidModelException if no such segmenter is built in
   */
  public static String builtInDigest(String path) {
    if (!path.equals(TEXT)) {
      throw new InvalidModelException(
          path, List.of("is not built in, expected " + TEXT + " or a folder"));
    }
    return TEXT_DIGEST;
  }

  /**
   * A built-in segmenter.
   *
   * @throws InvalidModelException if no such segmenter is built in, or an option does not fit it
   */
  public static SegmenterModel builtIn(String path, SegmenterOptions options) {
    builtInDigest(path);
    GraphReading reading = GraphReading.of(path, PpOcr.detectorHeader(), Optional.empty(), options);
    return new SegmenterModel(
        path, reading, PpOcr::detector, device -> Optional.of(PpOcr.recogniser(device)));
  }

  /** Whether a folder holds one graph and nothing that says that it paints. */
  public static boolean isIn(Path folder) {
    if (!Files.isDirectory(folder)
        || Files.exists(folder.resolve("erase.json"))
        || Files.exists(folder.resolve("model_index.json"))) {
      return false;
    }
    try (var entries = Files.list(folder)) {
      return entries.anyMatch(entry -> entry.toString().endsWith(".onnx"));
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Opens a folder.
   *
   * @throws InvalidModelException with all problems
   */
  public static SegmenterModel open(Path folder, SegmenterOptions options) {
    if (Files.exists(folder.resolve("erase.json"))
        || Files.exists(folder.resolve("model_index.json"))) {
      throw new InvalidModelException(
          folder.toString(), List.of("is a model that paints, expected one that finds classes"));
    }
    ModelFolder parts = ModelFolder.openGraph(folder);
    GraphReading reading =
        GraphReading.of(
            folder.toString(), parts.header(ModelBundle.ROOT), Optional.of(parts), options);
    return new SegmenterModel(
        parts.name(),
        reading,
        device -> OrtGraph.open(parts.graph(ModelBundle.ROOT, device), device),
        device -> Optional.empty());
  }

  /**
   * The digest of a folder's files.
   *
   * @throws InvalidModelException with all problems
   */
  public static String digest(Path folder) {
    return ModelFolder.openGraph(folder).digest();
  }

  public SegmenterTraits traits() {
    return reading.traits();
  }

  /**
   * Loads the graph. If it does not declare how many classes it has, it is run once.
   *
   * @throws InvalidModelException with all problems of the graph
   */
  public Segmenter load(Device device) {
    try (CloseStack loading = new CloseStack()) {
      OrtGraph graph = loading.push(opener.apply(device));
      Optional<TextRecogniser> reads = recogniser.apply(device);
      reads.ifPresent(loading::push);
      Segmenter segmenter =
          new Segmenter(
              reading.traits(), reading.reader(), new BatchedGraph(graph, reading.output()), reads);
      if (reading.isUncertain()) {
        runTest(segmenter);
      }
      loading.release();
      return segmenter;
    }
  }

  private void runTest(Segmenter segmenter) {
    RgbImage black = RgbImage.black(64, 64);
    try {
      List<FloatTensor> answers = new ArrayList<>();
      for (FloatTensor input : segmenter.inputs(black)) {
        answers.addAll(segmenter.run(Segmenter.Step.FIND, List.of(input), new Cancellation()));
      }
      segmenter.mask(
          List.of(new Segmenter.Answered(black, answers, List.of())),
          SegmentRule.of(segmenter.traits().classes()));
    } catch (GraphException e) {
      throw new InvalidModelException(name, List.of("cannot read an image: " + e.getMessage()));
    }
  }
}
