package io.spackle.onnx;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * A changed copy of a UNet's ONNX file, which generates the same images with fewer and cheaper
 * calls.
 *
 * <ul>
 *   <li>{@code timestep} has a value for each row, so that images at different steps can share a
 *       call.
 *   <li>What does not depend on the prompt is computed once per image, and not for each of the two
 *       rows of a guided image. This takes the new input {@link #SAMPLE_INDEX}; {@code sample} and
 *       {@code timestep} then have one row for each image.
 * </ul>
 */
public final class UnetCopy {

  /** The input that names the row of {@code sample} for each row of the prompts: int64 (rows). */
  public static final String SAMPLE_INDEX = "sample_index";

  private static final String SAMPLE = "sample";
  private static final String TIMESTEP = "timestep";
  private static final String PROMPT = "encoder_hidden_states";
  private static final int LARGEST_FILE = Integer.MAX_VALUE; // of one mapping, and of ONNX

  private UnetCopy() {}

  /**
   * Makes the copy, in direct memory.
   *
   * @param unet an ONNX file
   * @return the copy; empty if the UNet is such a copy already, or can be changed in neither way
   * @throws IOException if the file cannot be read or is not an ONNX file
   */
  public static Optional<ByteBuffer> of(Path unet) throws IOException {
    try (FileChannel channel = FileChannel.open(unet, StandardOpenOption.READ)) {
      if (channel.size() > LARGEST_FILE) {
        return Optional.empty();
      }
      OnnxGraph file = OnnxGraph.of(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
      Optional<OnnxGraph> batched = BatchedInput.of(file, TIMESTEP);
      return SharedRows.of(batched.orElse(file), List.of(SAMPLE, TIMESTEP), PROMPT, SAMPLE_INDEX)
          .or(() -> batched)
          .map(OnnxGraph::bytes);
    }
  }
}
