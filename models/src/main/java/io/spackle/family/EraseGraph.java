package io.spackle.family;

import io.spackle.bundle.ModelBundle;
import io.spackle.family.EraseConfig.Range;
import io.spackle.graph.ElementType;
import io.spackle.graph.InvalidModelException;
import io.spackle.graph.TensorSpec;
import io.spackle.image.Mask;
import io.spackle.onnx.OnnxHeader;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * How the graph of an erase model is fed and read: as its file declares and {@code erase.json}
 * says.
 *
 * @param feed one image to the graph's inputs
 * @param output the name of the output that holds the image
 * @param range of that output's pixels
 * @param fixedSide the only side in pixels that the graph takes; empty if any
 * @param sizeMultiple what sides must be multiples of
 */
record EraseGraph(
    Function<InpaintInput, Map<String, Tensor>> feed,
    String output,
    Range range,
    OptionalInt fixedSide,
    int sizeMultiple) {

  private static final String FILE = "model.onnx: ";
  private static final long COLOURS = 3;
  private static final long COLOURS_AND_MASK = 4;

  /**
   * Reads a bundle; no graph is loaded.
   *
   * @throws InvalidModelException with all that is wrong with it
   */
  static EraseGraph of(ModelBundle bundle) {
    List<String> problems = new ArrayList<>();
    EraseConfig config = EraseConfig.of(bundle.requiredConfig(ModelBundle.ROOT), problems);
    OnnxHeader header = bundle.header(ModelBundle.ROOT);
    Optional<Function<InpaintInput, Map<String, Tensor>>> feed = feed(header, config, problems);
    Optional<TensorSpec> output = output(header, problems);
    OptionalInt side = feed.isEmpty() ? OptionalInt.empty() : fixedSide(header, problems);
    Optional<Range> range = output.flatMap(port -> range(port, header, config, problems));
    if (!problems.isEmpty()) {
      throw new InvalidModelException(bundle.name(), problems);
    }
    return new EraseGraph(
        feed.orElseThrow(),
        output.orElseThrow().name(),
        range.orElseThrow(),
        side,
        side.orElse(config.sizeMultiple()));
  }

  /** The image in what the graph gave, on the scale of -1 to 1. */
  FloatTensor signed(FloatTensor given) {
    float[] signed = new float[given.data().length];
    for (int i = 0; i < signed.length; i++) {
      signed[i] = range.toSigned(given.data()[i]);
    }
    return new FloatTensor(signed, given.shape());
  }

  private static Optional<Function<InpaintInput, Map<String, Tensor>>> feed(
      OnnxHeader header, EraseConfig config, List<String> problems) {
    List<TensorSpec> inputs = header.inputs();
    if (inputs.size() == 1 && isImage(inputs.get(0), COLOURS_AND_MASK)) {
      return Optional.of(joined(inputs.get(0), config, problems));
    }
    Optional<TensorSpec> mask = inputs.stream().filter(EraseGraph::isMask).findFirst();
    Optional<TensorSpec> image =
        inputs.stream().filter(port -> !isMask(port) && isImage(port, COLOURS)).findFirst();
    if (inputs.size() == 2 && mask.isPresent() && image.isPresent()) {
      return Optional.of(apart(image.get(), mask.get(), config, problems));
    }
    problems.add(
        FILE
            + "inputs "
            + described(inputs)
            + " found, expected an image [1, 3, h, w] and a mask [1, 1, h, w], or both in one [1,"
            + " 4, h, w]");
    return Optional.empty();
  }

  /** The bare generators: 1 in MI-GAN's mask keeps a pixel, 1 in LaMa's masks it. */
  private static Function<InpaintInput, Map<String, Tensor>> joined(
      TensorSpec port, EraseConfig config, List<String> problems) {
    requireFloats(port, problems);
    return config.maskKeeps()
        ? input -> Map.of(port.name(), EraseTensors.ofMiGan(input))
        : input -> Map.of(port.name(), EraseTensors.ofLama(input));
  }

  private static Function<InpaintInput, Map<String, Tensor>> apart(
      TensorSpec image, TensorSpec mask, EraseConfig config, List<String> problems) {
    if (image.type() != ElementType.UINT8) {
      requireFloats(image, problems);
    }
    if (mask.type() != ElementType.UINT8 && mask.type() != ElementType.BOOL) {
      requireFloats(mask, problems);
    }
    return input ->
        Map.of(
            image.name(), EraseTensors.image(input.image(), image.type()),
            mask.name(), EraseTensors.mask(maskOf(input, config), mask.type()));
  }

  private static Mask maskOf(InpaintInput input, EraseConfig config) {
    return config.maskKeeps() ? input.mask().inverted() : input.mask();
  }

  private static Optional<TensorSpec> output(OnnxHeader header, List<String> problems) {
    List<TensorSpec> images =
        header.outputs().stream().filter(port -> isImage(port, COLOURS)).toList();
    if (images.size() == 1) {
      return Optional.of(images.get(0));
    }
    problems.add(
        FILE
            + "outputs "
            + described(header.outputs())
            + " found, expected one image [1, 3, h, w]");
    return Optional.empty();
  }

  private static Optional<Range> range(
      TensorSpec output, OnnxHeader header, EraseConfig config, List<String> problems) {
    Optional<Range> declared = declaredRange(output, header, config);
    Optional<Range> said = config.output();
    if (declared.isEmpty() && said.isEmpty()) {
      problems.add(
          "erase.json: output is missing, expected one of "
              + Range.texts()
              + ": the range of the floats that the graph gives");
    }
    if (declared.isPresent() && said.isPresent() && !declared.equals(said)) {
      problems.add(
          "erase.json: output is %s, expected %s, which is what this graph gives"
              .formatted(said.get(), declared.get()));
    }
    return declared.or(() -> said);
  }

  /** Bytes have one range, and so have the bare generators. */
  private static Optional<Range> declaredRange(
      TensorSpec output, OnnxHeader header, EraseConfig config) {
    if (output.type() == ElementType.UINT8) {
      return Optional.of(Range.BYTE);
    }
    if (header.inputs().size() == 1) {
      return Optional.of(config.maskKeeps() ? Range.SIGNED : Range.UNIT);
    }
    return Optional.empty();
  }

  private static OptionalInt fixedSide(OnnxHeader header, List<String> problems) {
    List<Long> sides =
        header.inputs().stream()
            .flatMap(port -> port.axes().subList(2, 4).stream())
            .distinct()
            .toList();
    if (sides.size() != 1) {
      problems.add(
          FILE
              + "inputs "
              + described(header.inputs())
              + " found, expected height and width to be equal, or both free");
      return OptionalInt.empty();
    }
    return sides.get(0) > 0 ? OptionalInt.of(Math.toIntExact(sides.get(0))) : OptionalInt.empty();
  }

  /** Exporters that leave all axes free leave the name to tell. */
  private static boolean isMask(TensorSpec port) {
    return isImage(port, 1)
        && (port.axes().get(1) == 1 || port.name().toLowerCase(Locale.ROOT).contains("mask"));
  }

  private static boolean isImage(TensorSpec port, long channels) {
    return port.rank() == 4
        && (port.axes().get(0) == 1 || port.axes().get(0) < 0)
        && (port.axes().get(1) == channels || port.axes().get(1) < 0);
  }

  private static void requireFloats(TensorSpec port, List<String> problems) {
    boolean floats =
        switch (port.type()) {
          case FLOAT32, FLOAT16, BFLOAT16, FLOAT64 -> true;
          case INT32, INT64, UINT8, BOOL -> false;
        };
    if (!floats) {
      problems.add(FILE + "input " + described(port) + " found, expected floats or bytes");
    }
  }

  private static List<String> described(List<TensorSpec> ports) {
    return ports.stream().map(EraseGraph::described).toList();
  }

  private static String described(TensorSpec port) {
    return port.name() + " " + port.type() + port.axes();
  }
}
