package io.spackle.segment;

import com.fasterxml.jackson.databind.JsonNode;
import io.spackle.bundle.ModelBundle;
import io.spackle.bundle.ModelFolder;
import io.spackle.graph.ElementType;
import io.spackle.graph.InvalidModelException;
import io.spackle.graph.TensorSpec;
import io.spackle.image.Filter;
import io.spackle.image.RgbImage;
import io.spackle.onnx.OnnxHeader;
import io.spackle.preprocess.ImagePreprocessor;
import io.spackle.tensor.FloatTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * How a segmenter's graph is fed and read: as its file declares, and the files beside it.
 *
 * @param output the name of the output that counts
 * @param isUncertain whether the graph does not declare how many planes it gives
 */
record GraphReading(
    SegmenterTraits traits, AnswerReader reader, String output, boolean isUncertain) {

  private static final int CLASSES_SIDE = 512; // of SegFormer
  private static final int U2NET_SIDE = 320;
  private static final int SALIENCY_SIDE = 1024; // of IS-Net and BiRefNet
  private static final String CONFIG = "config.json";
  private static final String PREPROCESSOR = "preprocessor_config.json";

  /**
   * Reads a graph's declaration.
   *
   * @param name of the segmenter in messages
   * @param folder with the files beside the graph; empty for the built-in one, which has a text
   *     recogniser
   * @throws InvalidModelException with all problems
   */
  static GraphReading of(
      String name, OnnxHeader header, Optional<ModelFolder> folder, SegmenterOptions options) {
    List<String> problems = new ArrayList<>();
    Optional<TensorSpec> input = input(header, problems);
    Optional<TensorSpec> output = output(header, problems);
    if (!problems.isEmpty()) {
      throw new InvalidModelException(name, problems);
    }
    Draft draft = new Draft(input.get(), output.get(), folder, options, problems);
    SegmenterKind kind = draft.kind();
    List<String> classes = draft.classes(kind);
    AnswerReader reader = draft.reader(kind, classes);
    if (!problems.isEmpty()) {
      throw new InvalidModelException(name, problems);
    }
    return new GraphReading(
        new SegmenterTraits(kind, classes, draft.size()),
        reader,
        output.get().name(),
        draft.planes() < 0);
  }

  private static Optional<TensorSpec> input(OnnxHeader header, List<String> problems) {
    List<TensorSpec> inputs = header.inputs();
    boolean fits =
        inputs.size() == 1
            && isImage(inputs.get(0))
            && (inputs.get(0).axes().get(1) == RgbImage.CHANNELS || inputs.get(0).axes().get(1) < 0)
            && isFloat(inputs.get(0).type());
    if (!fits) {
      problems.add(
          "inputs %s found, expected one image of floats [batch, 3, height, width]: export the graph with channels first"
              .formatted(described(inputs)));
      return Optional.empty();
    }
    return Optional.of(inputs.get(0));
  }

  /** The logits, else the first output: the others of U2-Net and its like are side outputs. */
  private static Optional<TensorSpec> output(OnnxHeader header, List<String> problems) {
    List<TensorSpec> outputs = header.outputs();
    Optional<TensorSpec> chosen =
        outputs.stream()
            .filter(port -> port.name().equals("logits"))
            .findFirst()
            .or(() -> outputs.stream().findFirst());
    boolean fits = chosen.filter(port -> port.rank() == 3 || port.rank() == 4).isPresent();
    if (!fits) {
      problems.add(
          "outputs %s found, expected planes [batch, classes, height, width] first: this graph finds no classes of pixels"
              .formatted(described(outputs)));
      return Optional.empty();
    }
    return chosen;
  }

  private static boolean isImage(TensorSpec port) {
    return port.rank() == 4;
  }

  private static boolean isFloat(ElementType type) {
    return switch (type) {
      case FLOAT32, FLOAT16, BFLOAT16, FLOAT64 -> true;
      case INT32, INT64, UINT8, BOOL -> false;
    };
  }

  private static List<String> described(List<TensorSpec> ports) {
    return ports.stream().map(port -> port.name() + " " + port.type() + port.axes()).toList();
  }

  /** The decisions about one graph. */
  private record Draft(
      TensorSpec input,
      TensorSpec output,
      Optional<ModelFolder> folder,
      SegmenterOptions options,
      List<String> problems) {

    /** The number of planes, or -1 if the graph does not declare it. */
    int planes() {
      return output.rank() == 3 ? 1 : Math.toIntExact(output.axes().get(1));
    }

    /** A free size and an input named x are what Paddle's exporter writes for a text detector. */
    SegmenterKind kind() {
      if (options.kind() != null) {
        return options.kind();
      }
      if (planes() > 1 || (planes() < 0 && hasLabels())) {
        return SegmenterKind.CLASSES;
      }
      return !hasFixedSize() && input.name().equals("x")
          ? SegmenterKind.TEXT
          : SegmenterKind.SALIENCY;
    }

    private boolean hasLabels() {
      return !options.labels().isEmpty()
          || json(CONFIG).filter(config -> config.has("id2label")).isPresent();
    }

    private boolean hasFixedSize() {
      return width() > 0 && height() > 0;
    }

    private int height() {
      return Math.toIntExact(input.axes().get(2));
    }

    private int width() {
      return Math.toIntExact(input.axes().get(3));
    }

    String size() {
      return hasFixedSize() ? width() + " x " + height() : "any";
    }

    private Optional<JsonNode> json(String file) {
      return folder.flatMap(parts -> parts.json(ModelBundle.ROOT, file));
    }

    List<String> classes(SegmenterKind kind) {
      List<String> classes =
          switch (kind) {
            case CLASSES -> labels();
            case SALIENCY -> SaliencyReader.CLASSES;
            case TEXT -> TextReader.CLASSES;
          };
      int expected = kind == SegmenterKind.CLASSES ? classes.size() : 1;
      if (planes() >= 0 && planes() != expected) {
        problems.add(
            "%d planes found, expected %d, %s"
                .formatted(
                    planes(),
                    expected,
                    kind == SegmenterKind.CLASSES
                        ? "one for each of the classes " + classes
                        : "the map of a segmenter of the kind " + kind.configName()));
      }
      if (classes.size() > LabelMap.MOST_CLASSES) {
        problems.add(
            "%d classes found, expected at most %d"
                .formatted(classes.size(), LabelMap.MOST_CLASSES));
      }
      return classes;
    }

    /** Those of the configuration, else of the folder, else numbers. */
    private List<String> labels() {
      if (!options.labels().isEmpty()) {
        return options.labels();
      }
      JsonNode byId = json(CONFIG).map(config -> config.path("id2label")).orElse(null);
      if (byId == null || !byId.isObject()) {
        if (planes() < 0) {
          problems.add("config.json: no id2label found, expected the names of the graph's classes");
        }
        return IntStream.range(0, Math.max(1, planes())).mapToObj(Integer::toString).toList();
      }
      List<String> names = new ArrayList<>();
      for (int id = 0; byId.has(Integer.toString(id)); id++) {
        names.add(byId.get(Integer.toString(id)).asText());
      }
      if (names.size() != byId.size()) {
        problems.add(
            "config.json: id2label has %d entries, expected the ids from 0 on without gaps"
                .formatted(byId.size()));
      }
      return names;
    }

    AnswerReader reader(SegmenterKind kind, List<String> classes) {
      Double threshold = options.threshold();
      return switch (kind) {
        case CLASSES -> new ClassReader(feed(kind), classes, threshold);
        case SALIENCY ->
            new SaliencyReader(
                feed(kind), threshold == null ? SaliencyReader.THRESHOLD : threshold);
        case TEXT ->
            new TextReader(
                textFeed(), threshold == null ? TextReader.THRESHOLD : threshold, folder.isEmpty());
      };
    }

    private Function<RgbImage, List<FloatTensor>> textFeed() {
      return hasFixedSize() ? image -> TextInput.of(image, width(), height()) : TextInput::of;
    }

    private GraphInput feed(SegmenterKind kind) {
      Optional<ImagePreprocessor> configured =
          json(PREPROCESSOR).map(config -> ImagePreprocessor.of(config, problems));
      Normalisation preset = normalisation(kind);
      ImagePreprocessor.Size size = size(kind, preset, configured);
      if (configured.isPresent() && options.normalise() == null) {
        return new GraphInput(size, image -> configured.get().tensor(image, size));
      }
      return new GraphInput(
          size, image -> preset.tensor(Filter.BILINEAR.resize(image, size.width(), size.height())));
    }

    private ImagePreprocessor.Size size(
        SegmenterKind kind, Normalisation preset, Optional<ImagePreprocessor> configured) {
      if (hasFixedSize()) {
        return new ImagePreprocessor.Size(width(), height());
      }
      int usual =
          kind == SegmenterKind.CLASSES
              ? CLASSES_SIDE
              : preset == Normalisation.U2NET ? U2NET_SIDE : SALIENCY_SIDE;
      return configured
          .flatMap(ImagePreprocessor::fixedSize)
          .orElse(new ImagePreprocessor.Size(usual, usual));
    }

    /** Of the fixed sizes each is that of one family. */
    private Normalisation normalisation(SegmenterKind kind) {
      if (options.normalise() != null) {
        return options.normalise();
      }
      if (kind == SegmenterKind.CLASSES) {
        return hasLabels() ? Normalisation.IMAGENET : Normalisation.SIGNED;
      }
      return width() == U2NET_SIDE ? Normalisation.U2NET : Normalisation.IMAGENET;
    }
  }
}
