package io.spackle.graph;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The layout of convolutions on the CPU of this machine: ONNX Runtime arranges their weights in
 * blocks as wide as the registers of the CPU. On a CPU with other blocks, a graph that is saved
 * with its layout computes nonsense, without an error.
 */
public final class CpuLayout {

  private static final String CONVOLUTION = "convolution.onnx";

  private static byte[] sample;

  private CpuLayout() {}

  /**
   * The weights of a small convolution as they are arranged here: equal bytes mean equal layouts.
   *
   * @throws UncheckedIOException if no temporary file can be written
   */
  public static synchronized byte[] sample() {
    if (sample == null) {
      try {
        sample = arranged();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot determine the layout of convolutions", e);
      }
    }
    return sample.clone();
  }

  /** As {@link #sample}, without the remembered result. */
  static byte[] arranged() throws IOException {
    Path folder = Files.createTempDirectory("spackle-layout");
    Path model = folder.resolve(CONVOLUTION);
    Path saved = folder.resolve("saved.onnx");
    Path weights = GraphOptimizer.weights(saved);
    try (InputStream bytes = CpuLayout.class.getResourceAsStream(CONVOLUTION)) {
      Files.copy(bytes, model);
      GraphOptimizer.ofThisCpu().save(model, Optional.empty(), saved);
      return Files.readAllBytes(weights);
    } finally {
      for (Path file : List.of(model, saved, weights, folder)) {
        Files.deleteIfExists(file);
      }
    }
  }
}
