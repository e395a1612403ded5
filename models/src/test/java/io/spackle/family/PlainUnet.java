package io.spackle.family;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.graph.Device;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An SD 1.5 inpainting UNet, called by nothing but {@code OrtSession.run}; profiled until {@link
 * #kernels}.
 */
final class PlainUnet implements AutoCloseable {

  private static final int TOKENS = 77;

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final Path profile;
  private final OrtSession session;

  PlainUnet(Path model, Device device) throws OrtException, IOException {
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
   * @param latents side in latents
   */
  float[] run(int rows, int latents) throws OrtException {
    long width =
        ((TensorInfo) session.getInputInfo().get("encoder_hidden_states").getInfo()).getShape()[2];
    Random random = new Random(1);
    try (OnnxTensor sample = floats(random, rows, 9, latents, latents);
        OnnxTensor times = floats(random, rows);
        OnnxTensor hidden = floats(random, rows, TOKENS, width);
        OrtSession.Result result =
            session.run(
                Map.of("sample", sample, "timestep", times, "encoder_hidden_states", hidden))) {
      FloatBuffer output = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] values = new float[output.remaining()];
      output.get(values);
      return values;
    }
  }

  private OnnxTensor floats(Random random, long... shape) throws OrtException {
    long size = 1;
    for (long axis : shape) {
      size *= axis;
    }
    float[] values = new float[(int) size];
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
