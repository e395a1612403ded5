package io.spackle.family;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.graph.CloseStack;
import io.spackle.graph.Device;
import io.spackle.onnx.UnetCopy;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * A denoising network, called by nothing but {@code OrtSession.run} with random inputs; profiled
 * until {@link #kernels}.
 */
final class PlainNetwork implements AutoCloseable {

  private static final int LARGEST_INTEGER = 64; // positions of tokens

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final Path profile;
  private final OrtSession session;

  PlainNetwork(Path model, Device device) throws OrtException, IOException {
    profile = Files.createTempDirectory("spackle-profile");
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(Runtime.getRuntime().availableProcessors());
      options.setMemoryPatternOptimization(false);
      options.enableProfiling(profile.resolve("run").toString());
      if (device.kind() == Device.Kind.CUDA) {
        options.addCUDA(device.ordinal());
      }
      session = environment.createSession(model.toString(), options);
    }
  }

  /**
   * The output for random inputs, the same for each call.
   *
   * @param shapes of all inputs by name
   */
  float[] run(Map<String, long[]> shapes) throws OrtException {
    try (CloseStack open = new CloseStack();
        OrtSession.Result result = session.run(inputs(shapes, open))) {
      FloatBuffer output = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] values = new float[output.remaining()];
      output.get(values);
      return values;
    }
  }

  /**
   * Seconds of a call, on average; one before is not counted.
   *
   * @param shapes of all inputs by name
   */
  double seconds(Map<String, long[]> shapes, int calls) throws OrtException {
    try (CloseStack open = new CloseStack()) {
      Map<String, OnnxTensor> inputs = inputs(shapes, open);
      session.run(inputs).close();
      long start = System.nanoTime();
      for (int i = 0; i < calls; i++) {
        session.run(inputs).close();
      }
      return (System.nanoTime() - start) / 1e9 / calls;
    }
  }

  private Map<String, OnnxTensor> inputs(Map<String, long[]> shapes, CloseStack open)
      throws OrtException {
    Map<String, OnnxTensor> inputs = new HashMap<>();
    for (Map.Entry<String, long[]> shape : shapes.entrySet()) {
      inputs.put(shape.getKey(), open.push(input(shape.getKey(), shape.getValue())));
    }
    return inputs;
  }

  private OnnxTensor input(String name, long[] shape) throws OrtException {
    Random random = new Random(name.hashCode());
    int size = Math.toIntExact(LongStream.of(shape).reduce(1, Math::multiplyExact));
    if (((TensorInfo) session.getInputInfo().get(name).getInfo()).type == OnnxJavaType.INT64) {
      int end = name.equals(UnetCopy.SAMPLE_INDEX) ? 1 : LARGEST_INTEGER; // all of the first image
      long[] values = random.longs(size, 0, end).toArray();
      return OnnxTensor.createTensor(environment, LongBuffer.wrap(values), shape);
    }
    float[] values = new float[size];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape);
  }

  /** The share of the time so far in the kernels of each execution provider; ends the profile. */
  String kernels() throws OrtException, IOException {
    Map<String, Long> micros = new TreeMap<>();
    for (JsonNode event : new ObjectMapper().readTree(Path.of(session.endProfiling()).toFile())) {
      String provider = event.path("args").path("provider").asText();
      if (!provider.isEmpty()) {
        micros.merge(provider, event.path("dur").asLong(), Long::sum);
      }
    }
    double all = micros.values().stream().mapToLong(Long::longValue).sum();
    return micros.entrySet().stream()
        .map(time -> "%s %.1f%%".formatted(time.getKey(), 100 * time.getValue() / all))
        .collect(Collectors.joining(", "));
  }

  @Override
  public void close() throws OrtException, IOException {
    session.close();
    try (Stream<Path> files = Files.list(profile)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(profile);
  }
}
