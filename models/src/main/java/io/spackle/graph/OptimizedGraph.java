package io.spackle.graph;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A graph that ONNX Runtime has optimised and saved, so that it need not do so at each opening.
 *
 * <p>What depends on the machine stays out: a graph that is saved for the CPU computes on any CPU
 * what the original computes there. The layout of convolutions is that, as its blocks are as wide
 * as the registers of the CPU; opening the graph still chooses it.
 */
public final class OptimizedGraph {

  private static final String WEIGHTS = "session.optimized_model_external_initializers_file_name";
  private static final String SMALLEST =
      "session.optimized_model_external_initializers_min_size_in_bytes";
  private static final String SMALLEST_BYTES = "1024";

  private OptimizedGraph() {}

  /**
   * Optimises a graph for a device and saves it, with its weights in a file beside it, which has
   * the suffix {@code _data}. Only this kind of device may run it: its operators are fused to ones
   * that others may lack, and numbers that the device cannot compute with are cast.
   *
   * @param model an ONNX file
   * @param copy the bytes of a changed copy that takes its place, in direct memory
   * @param target the file to write; its folder exists
   * @param device that this process can use
   * @throws InvalidModelException if the file is not a graph that ONNX Runtime can run there
   */
  public static void save(Path model, Optional<ByteBuffer> copy, Path target, Device device) {
    try (NativeCalls.Call call = NativeCalls.begin();
        SessionOptions options = OrtRuntime.options(device)) {
      options.setOptimizationLevel(OptLevel.EXTENDED_OPT);
      options.setOptimizedModelFilePath(target.toString());
      options.addConfigEntry(WEIGHTS, target.getFileName() + "_data");
      options.addConfigEntry(SMALLEST, SMALLEST_BYTES);
      session(model, copy, options).close();
    } catch (OrtException e) {
      throw new InvalidModelException(
          model.toString(),
          List.of(
              "expected a graph that ONNX Runtime can optimise: "
                  + e.getMessage()
                  + OrtGraph.advice(e)));
    }
  }

  private static OrtSession session(Path model, Optional<ByteBuffer> copy, SessionOptions options)
      throws OrtException {
    return copy.isPresent()
        ? OrtGraph.session(model, copy.get(), options)
        : OrtRuntime.environment().createSession(model.toString(), options);
  }

  /** The version of ONNX Runtime. */
  public static String runtime() {
    return OrtRuntime.environment().getVersion();
  }
}
