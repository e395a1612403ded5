package io.spackle.family;

import io.spackle.golden.Goldens;
import io.spackle.onnx.IdleGraphs;
import io.spackle.onnx.RandomFlux;
import io.spackle.onnx.RandomUnet;
import io.spackle.onnx.UnetCopy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * A model whose denoising network has random weights, with next to nothing around it: what differs
 * between the kinds of network that are measured.
 */
sealed interface RandomModel {

  /** How it is called in the output. */
  String name();

  /** The side of its images, in pixels. */
  int side();

  /** The file of its network in its folder. */
  Path network();

  /** Shapes of the inputs of the prepared network by name, for a guided step of images. */
  Map<String, long[]> inputs(int images, int side);

  /**
   * Writes a folder of the model.
   *
   * @param half whether its network computes in float16
   */
  void write(Path folder, boolean half) throws IOException;

  /** A UNet, which takes two rows for a guided image. */
  record Unet(String name, RandomUnet.Size size, int side) implements RandomModel {

    private static final int TOKENS = 77;

    @Override
    public Path network() {
      return Path.of("unet/model.onnx");
    }

    @Override
    public Map<String, long[]> inputs(int images, int ofSide) {
      long rows = 2L * images;
      long latents = ofSide / VaeCodec.FACTOR;
      return Map.of(
          "sample",
          new long[] {images, 9, latents, latents},
          "timestep",
          new long[] {images},
          "encoder_hidden_states",
          new long[] {rows, TOKENS, size.textWidth()},
          UnetCopy.SAMPLE_INDEX,
          new long[] {rows});
    }

    @Override
    public void write(Path folder, boolean half) throws IOException {
      Goldens.copyBundle("idle-sd15-inpaint", folder);
      IdleGraphs.writeText(folder.resolve("text_encoder/model.onnx"), TOKENS, size.textWidth());
      RandomUnet.write(folder.resolve(network()), size, half);
    }
  }

  /** A transformer of Flux, which takes guidance as an input: one row for an image. */
  record Flux(String name, RandomFlux.Size size, int side) implements RandomModel {

    private static final int TOKENS = 512;

    @Override
    public Path network() {
      return Path.of("transformer/model.onnx");
    }

    @Override
    public Map<String, long[]> inputs(int images, int ofSide) {
      long tokens = PackedLatents.of(ofSide, ofSide).tokens();
      return Map.of(
          "hidden_states", new long[] {images, tokens, RandomFlux.CHANNELS},
          "encoder_hidden_states", new long[] {images, TOKENS, size.textWidth()},
          "pooled_projections", new long[] {images, size.pooledWidth()},
          "timestep", new long[] {images},
          "guidance", new long[] {images},
          "img_ids", new long[] {tokens, 3},
          "txt_ids", new long[] {TOKENS, 3});
    }

    @Override
    public void write(Path folder, boolean half) throws IOException {
      Goldens.copyBundle("tiny-flux-fill", folder);
      IdleGraphs.writePooledText(folder.resolve("text_encoder/model.onnx"), size.pooledWidth());
      IdleGraphs.writeText(folder.resolve("text_encoder_2/model.onnx"), TOKENS, size.textWidth());
      IdleGraphs.writeEncoder(folder.resolve("vae_encoder/model.onnx"), 16);
      RandomFlux.write(folder.resolve(network()), size, half);
    }
  }
}
