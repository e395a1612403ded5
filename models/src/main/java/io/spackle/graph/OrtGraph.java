package io.spackle.graph;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import ai.onnxruntime.TensorInfo;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A graph that ONNX Runtime runs. */
public final class OrtGraph implements Graph {

  /**
   * Parts of the messages of ONNX Runtime, CUDA, cuDNN and cuBLAS when memory is exhausted; there
   * is no error code for it.
   */
  private static final List<String> OUT_OF_MEMORY =
      List.of(
          "failed to allocate memory",
          "out of memory",
          "bad_alloc",
          "bad allocation",
          "out_of_memory",
          "alloc_failed");

  private static final Pattern MISSING_OPERATOR =
      Pattern.compile("(?:implementation|kernel) for (?:com\\.microsoft\\.)?(\\w+)\\(");

  /** Operators of {@code models/export/fuse.py} that ONNX Runtime has for CUDA alone. */
  private static final Set<String> FUSED_FOR_CUDA =
      Set.of("GroupNorm", "SkipGroupNorm", "BiasSplitGelu", "BiasAdd", "NhwcConv");

  /** The folder of external tensors of a graph that is opened from memory. */
  private static final String EXTERNAL_FOLDER =
      "session.model_external_initializers_file_folder_path";

  private final String name;
  private final OrtSession session;
  private final Map<String, TensorSpec> inputs;
  private final Map<String, TensorSpec> outputs;

  /** The native input memory that no run uses: as many as there were concurrent runs. */
  private final Queue<NativeTensors> idle = new ConcurrentLinkedQueue<>();

  /**
   * Read-locked while running, write-locked while closing: the session must outlive native runs.
   */
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  private boolean closed;

  private OrtGraph(
      String name,
      OrtSession session,
      Map<String, TensorSpec> inputs,
      Map<String, TensorSpec> outputs) {
    this.name = name;
    this.session = session;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /**
   * Loads a graph, with its external tensors from the files next to it.
   *
   * @param model an ONNX file
   * @throws InvalidModelException if the file is not a graph that ONNX Runtime can run
   * @throws IllegalStateException if the device is CUDA and this process cannot use it
   * @throws GraphException if memory is exhausted
   * @throws CancellationException if the process ends
   */
  public static OrtGraph open(Path model, Device device) {
    return open(
        name(model),
        model.toString(),
        options -> OrtRuntime.environment().createSession(model.toString(), options),
        device);
  }

  /**
   * Loads a graph from memory.
   *
   * @param name of the graph in messages
   * @param model the bytes of an ONNX file without external tensors
   * @throws InvalidModelException as above, as are the others
   */
  public static OrtGraph open(String name, byte[] model, Device device) {
    return open(
        name, name, options -> OrtRuntime.environment().createSession(model, options), device);
  }

  /**
   * Loads a changed copy of a graph, with its external tensors from the files next to the original.
   *
   * @param model the original
   * @param copy the bytes of an ONNX file
   * @throws InvalidModelException as above, as are the others
   */
  public static OrtGraph open(Path model, ByteBuffer copy, Device device) {
    return open(name(model), model.toString(), options -> session(model, copy, options), device);
  }

  /** Opens a changed copy of a graph; its external tensors are next to the original. */
  static OrtSession session(Path model, ByteBuffer copy, OrtSession.SessionOptions options)
      throws OrtException {
    options.addConfigEntry(EXTERNAL_FOLDER, model.toAbsolutePath().getParent().toString());
    return OrtRuntime.environment().createSession(copy, options);
  }

  private static String name(Path model) {
    return model.subpath(Math.max(0, model.getNameCount() - 2), model.getNameCount()).toString();
  }

  /** Opens a session. */
  private interface SessionOpener {
    OrtSession open(OrtSession.SessionOptions options) throws OrtException;
  }

  private static OrtGraph open(String name, String path, SessionOpener opener, Device device) {
    OrtSession session = null;
    try (NativeCalls.Call call = NativeCalls.begin();
        OrtSession.SessionOptions options = OrtRuntime.options(device)) {
      session = opener.open(options);
      return new OrtGraph(
          name, session, specs(session.getInputInfo()), specs(session.getOutputInfo()));
    } catch (OrtException | IllegalArgumentException e) {
      closeQuietly(session, e);
      if (isOutOfMemory(e)) {
        throw new GraphException(
            GraphException.Kind.OUT_OF_MEMORY, name + ": " + e.getMessage(), e);
      }
      throw new InvalidModelException(
          path,
          List.of("expected a graph that ONNX Runtime can run: " + e.getMessage() + advice(e)));
    }
  }

  /** The advice for operators that are not implemented, at all or for the graph's element type. */
  static String advice(Exception e) {
    String message = String.valueOf(e.getMessage());
    Matcher missing = MISSING_OPERATOR.matcher(message);
    if (missing.find() && FUSED_FOR_CUDA.contains(missing.group(1))) {
      return ": the device has no operator %s, which is fused for CUDA: run the model on CUDA, or fuse the export with --device cpu"
          .formatted(missing.group(1));
    }
    return message.contains("NOT_IMPLEMENTED") || message.contains("bfloat16")
        ? ": the device lacks operators for numbers of this width, as the CPU lacks nearly all for"
            + " bfloat16: export the graph in float32 or float16"
        : "";
  }

  @Override
  public Map<String, TensorSpec> inputs() {
    return inputs;
  }

  @Override
  public Map<String, TensorSpec> outputs() {
    return outputs;
  }

  @Override
  public Map<String, FloatTensor> run(
      Map<String, Tensor> tensors, Set<String> read, Cancellation cancellation) {
    cancellation.check();
    requireAllInputs(tensors);
    lock.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException(name + " is closed: open it again to run it");
      }
      return runOpen(tensors, read, cancellation);
    } finally {
      lock.readLock().unlock();
    }
  }

  private Map<String, FloatTensor> runOpen(
      Map<String, Tensor> tensors, Set<String> outputNames, Cancellation cancellation) {
    NativeTensors staging = Objects.requireNonNullElseGet(idle.poll(), NativeTensors::new);
    try (NativeCalls.Call call = NativeCalls.begin()) {
      return runStaged(tensors, staging, outputNames, cancellation);
    } catch (OrtException e) {
      throw failure(e, cancellation);
    } catch (OutOfMemoryError e) {
      // The batch is too large for the Java heap; what was allocated for it is garbage now.
      throw new GraphException(GraphException.Kind.OUT_OF_MEMORY, name + ": " + e.getMessage(), e);
    } finally {
      idle.add(staging);
    }
  }

  private Map<String, FloatTensor> runStaged(
      Map<String, Tensor> tensors,
      NativeTensors staging,
      Set<String> outputNames,
      Cancellation cancellation)
      throws OrtException {
    Map<String, OnnxTensor> staged = new LinkedHashMap<>();
    try (CloseStack closing = new CloseStack();
        RunOptions options = new RunOptions();
        Cancellation.Registration registration = cancellation.onCancel(() -> terminate(options));
        Cancellation.Registration atEnd = NativeCalls.onEnd(() -> terminate(options))) {
      // Errors are thrown as exceptions too, and a cancelled run is not an error.
      options.setLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      for (TensorSpec spec : inputs.values()) {
        staged.put(spec.name(), closing.push(staging.stage(spec, tensors.get(spec.name()))));
      }
      try (OrtSession.Result result = session.run(staged, outputNames, options)) {
        Map<String, FloatTensor> read = new LinkedHashMap<>();
        for (Map.Entry<String, OnnxValue> output : result) {
          TensorSpec spec = outputs.get(output.getKey());
          read.put(spec.name(), NativeTensors.read(spec.type(), (OnnxTensor) output.getValue()));
        }
        cancellation.check();
        return read;
      }
    }
  }

  private static void terminate(RunOptions options) {
    try {
      options.setTerminate(true);
    } catch (OrtException e) {
      throw new IllegalStateException("options outlive their registration", e);
    }
  }

  private void requireAllInputs(Map<String, Tensor> tensors) {
    if (!tensors.keySet().equals(inputs.keySet())) {
      throw new IllegalArgumentException(
          name + " was given the inputs " + tensors.keySet() + ", expected " + inputs.keySet());
    }
  }

  private RuntimeException failure(OrtException e, Cancellation cancellation) {
    if (cancellation.isCancelled() || NativeCalls.isEnding()) {
      CancellationException cancelled = new CancellationException(name + ": the run was cancelled");
      cancelled.initCause(e);
      return cancelled;
    }
    GraphException.Kind kind =
        isOutOfMemory(e) ? GraphException.Kind.OUT_OF_MEMORY : GraphException.Kind.FAILED;
    return new GraphException(kind, name + ": " + e.getMessage(), e);
  }

  private static boolean isOutOfMemory(Exception e) {
    String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    return OUT_OF_MEMORY.stream().anyMatch(message::contains);
  }

  private static Map<String, TensorSpec> specs(Map<String, NodeInfo> nodes) {
    Map<String, TensorSpec> specs = new LinkedHashMap<>();
    nodes.forEach((name, node) -> specs.put(name, spec(name, node)));
    return Collections.unmodifiableMap(specs);
  }

  private static TensorSpec spec(String name, NodeInfo node) {
    if (node.getInfo() instanceof TensorInfo tensor) {
      return ElementType.of(tensor.type)
          .map(
              type -> new TensorSpec(name, type, Arrays.stream(tensor.getShape()).boxed().toList()))
          .orElseThrow(() -> unknownType(name, node));
    }
    throw unknownType(name, node);
  }

  private static IllegalArgumentException unknownType(String name, NodeInfo node) {
    return new IllegalArgumentException(
        name
            + " is "
            + node.getInfo()
            + ", expected a tensor of "
            + Arrays.toString(ElementType.values()));
  }

  /** Frees the session once no thread runs it any more; a second call does nothing. */
  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        idle.clear();
        session.close();
      }
    } catch (OrtException e) {
      throw new GraphException(GraphException.Kind.FAILED, name + ": " + e.getMessage(), e);
    } finally {
      lock.writeLock().unlock();
    }
  }

  private static void closeQuietly(OrtSession session, Exception reason) {
    if (session != null) {
      try {
        session.close();
      } catch (OrtException e) {
        reason.addSuppressed(e);
      }
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
