package io.spackle.onnx;

import static io.spackle.onnx.OnnxFile.FLOAT;
import static io.spackle.onnx.OnnxFile.FLOAT16;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * An inpainting UNet of diffusers' structure with random weights, written as an ONNX file in
 * seconds: as large and as slow as a real one, for measurements on machines that have none.
 */
public final class RandomUnet {

  private static final int BLOCKS = 2;

  /**
   * The size of a UNet.
   *
   * @param channels of each level
   * @param depth transformer blocks of each level, 0 for none
   * @param headWidth of an attention head; 0 for eight heads at each level
   * @param textWidth of the hidden states of a prompt
   * @param embedsPrompt whether the prompt is embedded with the timestep, too, so that every layer
   *     depends on it
   */
  public record Size(
      List<Integer> channels,
      List<Integer> depth,
      int headWidth,
      int textWidth,
      boolean embedsPrompt) {

    /** Stable Diffusion 1.5: 860 million parameters. */
    public static final Size SD15 =
        new Size(List.of(320, 640, 1280, 1280), List.of(1, 1, 1, 0), 0, 768, false);

    /** Stable Diffusion XL without its embedding of sizes: 2.6 billion parameters. */
    public static final Size SDXL =
        new Size(List.of(320, 640, 1280), List.of(0, 2, 10), 64, 2048, true);

    /** For tests, of the kind of Stable Diffusion 1.5. */
    public static final Size TINY = new Size(List.of(32, 64), List.of(1, 0), 16, 32, false);

    /** For tests, of the kind of Stable Diffusion XL. */
    public static final Size TINY_XL = new Size(List.of(32, 64), List.of(0, 1), 16, 32, true);

    int heads(int width) {
      return headWidth == 0 ? 8 : width / headWidth;
    }
  }

  private final Size size;
  private final RandomLayers layers;
  private String time;
  private String text;

  private RandomUnet(Size size, RandomLayers layers) {
    this.size = size;
    this.layers = layers;
  }

  /**
   * Writes the file, with its weights beside it.
   *
   * @param half whether it computes in float16; its inputs and outputs are float32
   */
  public static void write(Path file, Size size, boolean half) throws IOException {
    try (RandomLayers layers = new RandomLayers(file, half ? FLOAT16 : FLOAT)) {
      String noise = new RandomUnet(size, layers).body();
      layers.output(noise, "out_sample", "batch", 4, "height", "width");
      layers.write();
    }
  }

  private String body() throws IOException {
    List<Integer> channels = size.channels();
    int first = channels.get(0);
    int last = channels.get(channels.size() - 1);
    String sample = layers.input("sample", "batch", 9, "height", "width");
    time = layers.timeEmbedding(layers.declared("timestep", FLOAT), sample, first);
    text = layers.input("encoder_hidden_states", "batch", "tokens", size.textWidth());
    if (size.embedsPrompt()) {
      String prompt = layers.siluLayers(layers.mean(text, 1), size.textWidth(), 4 * first);
      time = layers.op("Add", time, prompt);
    }
    Deque<Skip> skips = new ArrayDeque<>();
    String x = layers.conv(sample, 9, first, 3, 1);
    skips.push(new Skip(x, first));
    x = down(x, skips);
    x = residual(x, last, last);
    x = transformer(x, last, size.depth().stream().mapToInt(Integer::intValue).max().orElse(0));
    x = residual(x, last, last);
    x = up(x, skips);
    return layers.conv(layers.silu(layers.groupNorm(x, first)), first, 4, 3, 1);
  }

  /** An output that joins the way up. */
  private record Skip(String name, int channels) {}

  private String down(String input, Deque<Skip> skips) throws IOException {
    String x = input;
    int from = size.channels().get(0);
    for (int level = 0; level < size.channels().size(); level++) {
      int to = size.channels().get(level);
      for (int block = 0; block < BLOCKS; block++) {
        x = transformer(residual(x, from, to), to, size.depth().get(level));
        from = to;
        skips.push(new Skip(x, to));
      }
      if (level < size.channels().size() - 1) {
        x = layers.conv(x, to, to, 3, 2);
        skips.push(new Skip(x, to));
      }
    }
    return x;
  }

  private String up(String input, Deque<Skip> skips) throws IOException {
    String x = input;
    int from = size.channels().get(size.channels().size() - 1);
    for (int level = size.channels().size() - 1; level >= 0; level--) {
      int to = size.channels().get(level);
      for (int block = 0; block <= BLOCKS; block++) {
        Skip skip = skips.pop();
        x = residual(layers.concat(1, x, skip.name()), from + skip.channels(), to);
        x = transformer(x, to, size.depth().get(level));
        from = to;
      }
      if (level > 0) {
        x = layers.conv(layers.twice(x), to, to, 3, 1);
      }
    }
    return x;
  }

  private String residual(String x, int from, int to) throws IOException {
    String h = layers.conv(layers.silu(layers.groupNorm(x, from)), from, to, 3, 1);
    int width = 4 * size.channels().get(0);
    String shift = layers.linear(layers.silu(time), width, to, true);
    h = layers.op("Add", h, layers.reshape(shift, 0, -1, 1, 1));
    h = layers.conv(layers.silu(layers.groupNorm(h, to)), to, to, 3, 1);
    return layers.op("Add", from == to ? x : layers.conv(x, from, to, 1, 1), h);
  }

  private String transformer(String x, int width, int depth) throws IOException {
    if (depth == 0) {
      return x;
    }
    String projected = layers.conv(layers.groupNorm(x, width), width, width, 1, 1);
    String rows = layers.transpose(projected, 0, 2, 3, 1); // (batch, h, w, width)
    String h = layers.reshape(rows, 0, -1, width);
    for (int block = 0; block < depth; block++) {
      h = layers.op("Add", attention(layers.layerNorm(h, width), null, width), h);
      h = layers.op("Add", attention(layers.layerNorm(h, width), text, width), h);
      h = layers.op("Add", layers.gatedGelu(layers.layerNorm(h, width), width), h);
    }
    String image = layers.transpose(layers.op("Reshape", h, layers.op("Shape", rows)), 0, 3, 1, 2);
    return layers.op("Add", layers.conv(image, width, width, 1, 1), x);
  }

  /**
   * @param context what is attended to, or null for the rows themselves
   */
  private String attention(String x, String context, int width) throws IOException {
    int heads = size.heads(width);
    String source = context == null ? x : context;
    int from = context == null ? width : size.textWidth();
    String query = heads(layers.linear(x, width, width, false), heads, 0, 2, 1, 3);
    String key = heads(layers.linear(source, from, width, false), heads, 0, 2, 3, 1);
    String values = heads(layers.linear(source, from, width, false), heads, 0, 2, 1, 3);
    double scale = 1 / Math.sqrt((double) width / heads);
    String scores = layers.op("Mul", layers.op("MatMul", query, key), layers.constant(scale));
    String joined = layers.op("MatMul", layers.op("Softmax", scores), values);
    String rows = layers.reshape(layers.transpose(joined, 0, 2, 1, 3), 0, 0, width);
    return layers.linear(rows, width, width, true);
  }

  private String heads(String x, int heads, int... order) throws IOException {
    return layers.transpose(layers.reshape(x, 0, 0, heads, -1), order);
  }
}
