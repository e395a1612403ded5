package io.spackle.onnx;

import static io.spackle.onnx.OnnxFile.FLOAT;
import static io.spackle.onnx.OnnxFile.FLOAT16;
import static io.spackle.onnx.OnnxFile.INT64;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The transformer of Flux Fill [dev] in diffusers' structure with random weights, written as an
 * ONNX file: as large and as slow as a real one of as many blocks, for measurements on machines
 * that have none.
 */
public final class RandomFlux {

  /** Numbers of an image token: latents, those of the masked image, and the mask. */
  public static final int CHANNELS = 384;

  private static final int OUTPUTS = 64;
  private static final int AXES = 3; // of positions
  private static final int WAVES = 256;
  private static final double TIMES = 1000; // by which the pipeline divides a timestep

  /**
   * The size of a transformer.
   *
   * @param heads of an attention
   * @param turned numbers of a head that turn with each axis of a position; all of them together
   * @param doubleBlocks with a stream of text beside that of the image
   * @param singleBlocks with one stream of both
   * @param textWidth of the hidden states of a prompt
   * @param pooledWidth of its pooled embedding
   */
  public record Size(
      int heads,
      List<Integer> turned,
      int doubleBlocks,
      int singleBlocks,
      int textWidth,
      int pooledWidth) {

    /**
     * Flux Fill [dev] with 5 of its 19 double blocks and 10 of its 38 single ones, 3.2 of its 11.9
     * billion parameters. All blocks would take 3.8 times as long, and 48 GB to be made and
     * prepared.
     */
    public static final Size QUARTER = new Size(24, List.of(16, 56, 56), 5, 10, 4096, 768);

    /** For tests. */
    public static final Size TINY = new Size(3, List.of(4, 6, 6), 1, 2, 24, 32);

    int headWidth() {
      return turned.stream().mapToInt(Integer::intValue).sum();
    }

    int width() {
      return heads * headWidth();
    }
  }

  private final Size size;
  private final int width;
  private final RandomLayers layers;
  private String embedding;
  private String cosines;
  private String sines;

  private RandomFlux(Size size, RandomLayers layers) {
    this.size = size;
    this.width = size.width();
    this.layers = layers;
  }

  /**
   * Writes the file, with its weights beside it.
   *
   * @param half whether it computes in float16; its inputs and outputs have the types of an export
   */
  public static void write(Path file, Size size, boolean half) throws IOException {
    try (RandomLayers layers = new RandomLayers(file, half ? FLOAT16 : FLOAT)) {
      String velocity = new RandomFlux(size, layers).body();
      layers.output(velocity, "out_hidden_states", "batch", "tokens", OUTPUTS);
      layers.write();
    }
  }

  private String body() throws IOException {
    String image = layers.input("hidden_states", "batch", "tokens", CHANNELS);
    String text = layers.input("encoder_hidden_states", "batch", "text", size.textWidth());
    String textLength = layers.length(text, 1);
    embedding = layers.unsqueeze(layers.silu(embedding()), 1);
    readPositions();
    Streams streams =
        new Streams(
            layers.linear(text, size.textWidth(), width, true),
            layers.linear(image, CHANNELS, width, true));
    for (int block = 0; block < size.doubleBlocks(); block++) {
      streams = doubleBlock(streams, textLength);
    }
    String x = layers.concat(1, streams.text(), streams.image());
    for (int block = 0; block < size.singleBlocks(); block++) {
      x = singleBlock(x);
    }
    List<String> last = modulation(2);
    String normal = modulated(layers.after(x, textLength), last.get(1), last.get(0));
    return layers.linear(normal, width, OUTPUTS, true);
  }

  /** Of timestep, guidance and pooled prompt, (batch, width). */
  private String embedding() throws IOException {
    String pooled = layers.input("pooled_projections", "batch", size.pooledWidth());
    String timestep = layers.declared("timestep", FLOAT, "batch");
    String guidance = layers.declared("guidance", FLOAT, "batch");
    String times =
        layers.op(
            "Add",
            layers.embedding(timestep, TIMES, WAVES, width),
            layers.embedding(guidance, TIMES, WAVES, width));
    return layers.op("Add", times, layers.siluLayers(pooled, size.pooledWidth(), width));
  }

  /** Angles by which pairs of numbers turn, for each token of text and image. */
  private void readPositions() {
    String image = layers.declared("img_ids", INT64, "tokens", AXES);
    String text = layers.declared("txt_ids", INT64, "text", AXES);
    String positions = layers.cast(layers.concat(0, text, image), FLOAT);
    String angles = layers.op("MatMul", positions, frequencies());
    cosines = layers.cast(layers.op("Cos", angles), layers.type());
    sines = layers.cast(layers.op("Sin", angles), layers.type());
  }

  /** (axes, head width): each number of a head turns with one axis of a position. */
  private String frequencies() {
    float[] frequencies = new float[AXES * size.headWidth()];
    int number = 0;
    for (int axis = 0; axis < AXES; axis++) {
      int length = size.turned().get(axis);
      for (int i = 0; i < length; i++) {
        frequencies[axis * size.headWidth() + number] =
            (float) Math.pow(10000, -(i - i % 2) / (double) length);
        number++;
      }
    }
    return layers.floats(frequencies, AXES, size.headWidth());
  }

  /** The tokens of text and image, (batch, tokens, width) each. */
  private record Streams(String text, String image) {}

  private Streams doubleBlock(Streams x, String textLength) throws IOException {
    List<String> ofImage = modulation(6);
    List<String> ofText = modulation(6);
    Heads image = heads(modulated(x.image(), ofImage.get(0), ofImage.get(1)));
    Heads text = heads(modulated(x.text(), ofText.get(0), ofText.get(1)));
    String seen =
        attention(
            new Heads(
                layers.concat(2, text.queries(), image.queries()),
                layers.concat(2, text.keys(), image.keys()),
                layers.concat(2, text.values(), image.values())));
    return new Streams(
        stream(x.text(), layers.before(seen, textLength), ofText),
        stream(x.image(), layers.after(seen, textLength), ofImage));
  }

  /** A stream after its attention: a projection, and two layers. */
  private String stream(String x, String seen, List<String> modulation) throws IOException {
    String h = added(x, modulation.get(2), layers.linear(seen, width, width, true));
    String normal = modulated(h, modulation.get(3), modulation.get(4));
    String wide = layers.tanhGelu(layers.linear(normal, width, 4 * width, true));
    return added(h, modulation.get(5), layers.linear(wide, 4 * width, width, true));
  }

  private String singleBlock(String x) throws IOException {
    List<String> modulation = modulation(3);
    String normal = modulated(x, modulation.get(0), modulation.get(1));
    String wide = layers.tanhGelu(layers.linear(normal, width, 4 * width, true));
    String both = layers.concat(2, attention(heads(normal)), wide);
    return added(x, modulation.get(2), layers.linear(both, 5 * width, width, true));
  }

  /** Shifts, scales and gates that the embedding gives, (batch, 1, width) each. */
  private List<String> modulation(int parts) throws IOException {
    return layers.split(layers.linear(embedding, width, parts * width, true), parts);
  }

  private String modulated(String x, String shift, String scale) throws IOException {
    String factor = layers.op("Add", scale, layers.constant(1));
    return layers.op("Add", layers.op("Mul", layers.layerNorm(x, width), factor), shift);
  }

  private String added(String x, String gate, String update) {
    return layers.op("Add", x, layers.op("Mul", gate, update));
  }

  /** (batch, heads, tokens, head width) each. */
  private record Heads(String queries, String keys, String values) {}

  private Heads heads(String x) throws IOException {
    return new Heads(
        layers.rmsNorm(projected(x), size.headWidth()),
        layers.rmsNorm(projected(x), size.headWidth()),
        projected(x));
  }

  private String projected(String x) throws IOException {
    String rows = layers.linear(x, width, width, true);
    return layers.transpose(layers.reshape(rows, 0, 0, size.heads(), -1), 0, 2, 1, 3);
  }

  private String attention(Heads heads) throws IOException {
    String scale = layers.constant(Math.pow(size.headWidth(), -0.25));
    String queries = layers.op("Mul", turned(heads.queries()), scale);
    String keys = layers.op("Mul", layers.transpose(turned(heads.keys()), 0, 1, 3, 2), scale);
    String shares = layers.op("Softmax", layers.op("MatMul", queries, keys));
    String seen = layers.op("MatMul", shares, heads.values());
    return layers.reshape(layers.transpose(seen, 0, 2, 1, 3), 0, 0, width);
  }

  /** Rotary embedding: pairs of numbers turn by the angles of their token. */
  private String turned(String x) {
    List<String> pairs = layers.split(layers.reshape(x, 0, 0, 0, -1, 2), 2);
    String aside = layers.concat(-1, layers.op("Neg", pairs.get(1)), pairs.get(0));
    return layers.op(
        "Add",
        layers.op("Mul", x, cosines),
        layers.op("Mul", layers.reshape(aside, 0, 0, 0, -1), sines));
  }
}
