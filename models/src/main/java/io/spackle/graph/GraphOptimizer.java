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
 * Saves graphs as ONNX Runtime has optimised them, so that it need not do so at each opening.
 *
 * <p>What depends on the CPU stays out by default: a graph that is saved for the CPU computes on
 * any CPU what the original computes there, and opening it still chooses the {@link CpuLayout
 * layout} of convolutions.
 */
public final class GraphOptimizer {

  private static final String WEIGHTS = "session.optimized_model_external_initializers_file_name";
  private static final String SMALLEST =
      "session.optimized_model_external_initializers_min_size_in_bytes";
  private static final String SMALLEST_BYTES = "1024";

  private final Device device;
  private final boolean isForThisCpu;

  private GraphOptimizer(Device device, boolean isForThisCpu) {
    this.device = device;
    this.isForThisCpu = isForThisCpu;
  }

  /**
   * For all devices of a kind. Others may not run the graphs: operators are fused to ones that they
   * may lack, and numbers that the device cannot compute with are cast.
   *
   * @param device that this process can use
   */
  public static GraphOptimizer of(Device device) {
    return new GraphOptimizer(device, false);
  }

  /** For CPUs with the layout of convolutions of this one, which is saved, too. */
  public static GraphOptimizer ofThisCpu() {
    return new GraphOptimizer(Device.cpu(0), true);
  }

  /** The kind of device that may run the graphs. */
  public Device.Kind kind() {
    return device.kind();
  }

  /** Whether only CPUs with the layout of this one may run the graphs. */
  public boolean isForThisCpu() {
    return isForThisCpu;
  }

  /**
   * Optimises a graph and saves it, with its weights in a file beside it, which has the suffix
   * {@code _data}.
   *
   * @param model an ONNX file
   * @param copy the bytes of a changed copy that takes its place, in direct memory
   * @param target the file to write; its folder exists
   * @throws InvalidModelException if the file is not a graph that ONNX Runtime can run there
   */
  public void save(Path model, Optional<ByteBuffer> copy, Path target) {
    try (NativeCalls.Call call = NativeCalls.begin();
        SessionOptions options = OrtRuntime.options(device)) {
      options.setOptimizationLevel(isForThisCpu ? OptLevel.ALL_OPT : OptLevel.EXTENDED_OPT);
      options.setOptimizedModelFilePath(target.toString());
      options.addConfigEntry(WEIGHTS, weights(target).getFileName().toString());
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

  /** The file with the weights of a graph that is saved to a target. */
  static Path weights(Path target) {
    return target.resolveSibling(target.getFileName() + "_data");
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
