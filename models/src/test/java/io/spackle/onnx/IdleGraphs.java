package io.spackle.onnx;

import static io.spackle.onnx.OnnxFile.FLOAT;
import static io.spackle.onnx.OnnxFile.INT64;

import java.io.IOException;
import java.nio.file.Path;

/** Graphs for the components of a model beside its denoising network; they do next to nothing. */
public final class IdleGraphs {

  private static final int CLIP_TOKENS = 77;

  private IdleGraphs() {}

  /** Writes a text encoder, of which each hidden state repeats its token. */
  public static void writeText(Path file, int tokens, int width) throws IOException {
    try (RandomLayers layers = new RandomLayers(file, FLOAT)) {
      String states = layers.repeated(ids(layers, tokens), width);
      layers.output(states, "last_hidden_state", "batch", tokens, width);
      layers.write();
    }
  }

  /** Writes a text encoder that gives a pooled embedding, which is a linear layer. */
  public static void writePooledText(Path file, int width) throws IOException {
    try (RandomLayers layers = new RandomLayers(file, FLOAT)) {
      String pooled = layers.linear(ids(layers, CLIP_TOKENS), CLIP_TOKENS, width, false);
      layers.output(pooled, "pooler_output", "batch", width);
      layers.write();
    }
  }

  private static String ids(RandomLayers layers, int tokens) throws IOException {
    String ids = layers.cast(layers.declared("input_ids", INT64, "batch", tokens), FLOAT);
    return layers.op("Mul", ids, layers.constant(0.001));
  }

  /** Writes the encoder of an autoencoder, which is a convolution. */
  public static void writeEncoder(Path file, int channels) throws IOException {
    try (RandomLayers layers = new RandomLayers(file, FLOAT)) {
      String sample = layers.input("sample", "batch", 3, "height", "width");
      String parameters = layers.conv(sample, 3, 2 * channels, 7, 8);
      layers.output(
          parameters, "latent_parameters", "batch", 2 * channels, "latent_height", "latent_width");
      layers.write();
    }
  }
}
