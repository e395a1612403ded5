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
 * <p>What depends on the machine stays out: the saved graph computes on any CPU what the original
 * computes there. The layout of convolutions is that, as its blocks are as wide as the registers of
 * the CPU; opening the graph still chooses it.
 */
public final class OptimizedGraph {

  private static final String WEIGHTS = "session.optimized_model_external_initializers_file_name";
  private static final String SMALLEST =
      "session.optimized_model_external_initializers_min_size_in_bytes";
  private static final String SMALLEST_BYTES = "1024";

  private OptimizedGraph() {}

  /**
   * Optimises a graph and saves it, with its weights in a file beside it, which has the suffix
   * {@code _data}.
   *
   * @param model an ONNX file
   * @param copy the bytes of a changed copy that takes its place, in direct memory
   * @param target the file to write; its folder exists
   * @param kind of the device that is to run it: for the CPU, operators are fused, too, to ones that
   *     other devices may lack
   * @throws InvalidModelException if the file is not a graph that ONNX Runtime can run
   */
  public static void save(
      Path model, Optional<ByteBuffer> copy, Path target, Device.Kind kind) {
    try {
      save(model, copy, target, new Plan(kind, Device.cpu(0)));
    } catch (OrtException e) {
      Device available = Device.resolve("auto", 0, 0);
      if (kind == Device.Kind.CPU || available.kind() == Device.Kind.CPU) {
        throw invalid(model, e);
      }
      saveFused(model, copy, target, available);
    }
  }

  /** A graph with operators that the CPU lacks is optimised on the device that has them. */
  private static void saveFused(
      Path model, Optional<ByteBuffer> copy, Path target, Device device) {
    try {
      save(model, copy, target, new Plan(device.kind(), device));
    } catch (OrtException e) {
      throw invalid(model, e);
    }
  }

  /**
   * How a graph is optimised.
   *
   * @param kind of the device that is to run it
   * @param session the device that it is opened on for that
   */
  private record Plan(Device.Kind kind, Device session) {

    OptLevel level() {
      return kind == Device.Kind.CPU ? OptLevel.EXTENDED_OPT : OptLevel.BASIC_OPT;
    }
  }

  private static void save(Path model, Optional<ByteBuffer> copy, Path target, Plan plan)
      throws OrtException {
    try (NativeCalls.Call call = NativeCalls.begin();
        SessionOptions options = OrtRuntime.options(plan.session())) {
      options.setOptimizationLevel(plan.level());
      options.setOptimizedModelFilePath(target.toString());
      options.addConfigEntry(WEIGHTS, target.getFileName() + "_data");
      options.addConfigEntry(SMALLEST, SMALLEST_BYTES);
      session(model, copy, options).close();
    }
  }

  private static InvalidModelException invalid(Path model, OrtException e) {
    return new InvalidModelException(
        model.toString(),
        List.of(
            "expected a graph that ONNX Runtime can optimise: "
                + e.getMessage()
                + OrtGraph.advice(e)));
  }

  private static OrtSession session(
      Path model, Optional<ByteBuffer> copy, SessionOptions options) throws OrtException {
    if (copy.isEmpty()) {
      return OrtRuntime.environment().createSession(model.toString(), options);
    }
    options.addConfigEntry(OrtGraph.EXTERNAL_FOLDER, OrtGraph.folder(model));
    return OrtRuntime.environment().createSession(copy.get(), options);
  }

  /** The version of ONNX Runtime. */
  public static String runtime() {
    return OrtRuntime.environment().getVersion();
  }
}
