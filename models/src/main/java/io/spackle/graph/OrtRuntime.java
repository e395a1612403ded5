package io.spackle.graph;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import java.lang.reflect.Field;
import java.lang.reflect.Method;

/** ONNX Runtime in this process: its environment and the options of sessions. */
final class OrtRuntime {

  /** Ends the spinning of a session's threads with its last run. */
  private static final String STOP_SPINNING = "session.force_spinning_stop";

  /**
   * Threads take their work of an operator in blocks that become smaller, instead of equal shares.
   */
  private static final String BLOCKS_PER_THREAD = "session.dynamic_block_base";

  /** One per process; never closed, because other code's sessions may use it. */
  private static final OrtEnvironment ENVIRONMENT = create();

  private OrtRuntime() {}

  static OrtEnvironment environment() {
    return ENVIRONMENT;
  }

  /**
   * Options of a session on a device; the caller closes them.
   *
   * @throws IllegalStateException if the device is CUDA and this process cannot use it
   */
  static SessionOptions options(Device device) throws OrtException {
    SessionOptions options = new SessionOptions();
    try {
      options.setOptimizationLevel(OptLevel.ALL_OPT);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      // With a memory pattern, runs after the first of a size allocate one block for all tensors
      // besides the memory of the first run, which the arena keeps: up to twice as much.
      options.setMemoryPatternOptimization(false);
      // By default ONNX Runtime pins its threads to cores: the same cores in every JVM of a host.
      options.setIntraOpNumThreads(threads(device));
      // Threads spin while they wait for the next operator. After a run they would take the cores
      // from the next graph and from rows that are decoded and encoded.
      options.addConfigEntry(STOP_SPINNING, "1");
      // With equal shares, all threads wait for the one whose core has other work, too: rows that
      // are decoded and encoded, other processes, or other machines on the same host.
      options.addConfigEntry(BLOCKS_PER_THREAD, "16");
      if (device.kind() == Device.Kind.CUDA) {
        addCuda(options, device.ordinal());
      }
      return options;
    } catch (OrtException | RuntimeException e) {
      options.close();
      throw e;
    }
  }

  private static int threads(Device device) {
    return device.threads() > 0 ? device.threads() : Runtime.getRuntime().availableProcessors();
  }

  private static void addCuda(SessionOptions options, int ordinal) {
    if (!OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA)) {
      throw cudaMissing(ordinal, null);
    }
    try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(ordinal)) {
      // Growth by powers of two allocates up to twice the memory that a large batch needs.
      cuda.add("arena_extend_strategy", "kSameAsRequested");
      // An exhaustive search takes seconds for each new shape, and its choice may differ between
      // processes.
      cuda.add("cudnn_conv_algo_search", "HEURISTIC");
      // Float32 graphs are used for precision; for speed there are float16 graphs.
      cuda.add("use_tf32", "0");
      options.addCUDA(cuda);
    } catch (OrtException e) {
      throw cudaMissing(ordinal, e);
    }
  }

  private static IllegalStateException cudaMissing(int ordinal, OrtException cause) {
    return new IllegalStateException(
        "CUDA device "
            + ordinal
            + " cannot be used"
            + (cause == null ? "" : " (" + cause.getMessage() + ")")
            + ": ONNX Runtime "
            + ENVIRONMENT.getVersion()
            + " has the providers "
            + OrtEnvironment.getAvailableProviders()
            + "; replace onnxruntime by onnxruntime_gpu and check the CUDA and cuDNN libraries, or choose the device cpu",
        cause);
  }

  private static OrtEnvironment create() {
    OrtEnvironment environment =
        OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "spackle");
    try {
      environment.setTelemetry(false);
      keepOpen();
    } catch (OrtException | ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
    return environment;
  }

  /**
   * Keeps the environment open until the process has ended. ONNX Runtime closes it in a shutdown
   * hook, while {@link NativeCalls} still waits for calls that use it. Natively, the environment
   * counts its references and is closed with the last one, but only private methods can add one.
   */
  private static void keepOpen() throws ReflectiveOperationException {
    Field api = Class.forName("ai.onnxruntime.OnnxRuntime").getDeclaredField("ortApiHandle");
    Method create =
        OrtEnvironment.class.getDeclaredMethod("createHandle", long.class, int.class, String.class);
    api.setAccessible(true);
    create.setAccessible(true);
    create.invoke(
        null, api.getLong(null), OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR.getValue(), "spackle");
  }
}
