package io.spackle.family;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;

/**
 * The graphs of an SD 1.5 inpainting model, called as often as for one guided image by nothing but
 * {@code OrtSession.run}: what is left if nobody prepares, samples or reads anything.
 */
final class PlainLoop implements AutoCloseable {

  private static final long TOKENS = 77;

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final long textWidth;
  private final OrtSession encoder;
  private final OrtSession unet;
  private final OrtSession decoder;

  PlainLoop(Path bundle) throws OrtException {
    encoder = open(bundle, "vae_encoder");
    unet = open(bundle, "unet");
    decoder = open(bundle, "vae_decoder");
    textWidth = textWidth(unet);
  }

  private OrtSession open(Path bundle, String component) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(Runtime.getRuntime().availableProcessors());
      return environment.createSession(
          bundle.resolve(component + "/model.onnx").toString(), options);
    }
  }

  /**
   * The calls that one image of {@code side} x {@code side} pixels takes; the prompts are encoded
   * already.
   */
  Void image(int side, int steps) throws OrtException {
    long latents = side / 8;
    try (OnnxTensor pixels = floats(1, 3, side, side);
        OnnxTensor sample = floats(2, 9, latents, latents);
        OnnxTensor timestep = timestep();
        OnnxTensor hidden = floats(2, TOKENS, textWidth);
        OnnxTensor latent = floats(1, 4, latents, latents)) {
      encoder.run(Map.of("sample", pixels)).close();
      for (int step = 0; step < steps; step++) {
        unet.run(Map.of("sample", sample, "timestep", timestep, "encoder_hidden_states", hidden))
            .close();
      }
      decoder.run(Map.of("latent_sample", latent)).close();
      return null;
    }
  }

  /** A scalar, or one for each network row if the bundle was prepared. */
  private OnnxTensor timestep() throws OrtException {
    TensorInfo expected = (TensorInfo) unet.getInputInfo().get("timestep").getInfo();
    int axes = expected.getShape().length;
    int count = axes == 0 ? 1 : 2;
    long[] shape = axes == 0 ? new long[0] : new long[] {count};
    if (expected.type == OnnxJavaType.INT64) {
      LongBuffer times = LongBuffer.allocate(count);
      return OnnxTensor.createTensor(environment, times, shape);
    }
    return OnnxTensor.createTensor(environment, FloatBuffer.allocate(count), shape);
  }

  /** The axes of the UNet's text input are named, its width alone is a number. */
  private static long textWidth(OrtSession unet) throws OrtException {
    return ((TensorInfo) unet.getInputInfo().get("encoder_hidden_states").getInfo()).getShape()[2];
  }

  /** Noise, since a graph may be faster or slower with zeros. */
  private OnnxTensor floats(long... shape) throws OrtException {
    FloatBuffer values =
        FloatBuffer.allocate((int) Arrays.stream(shape).reduce(1, (size, axis) -> size * axis));
    Random random = new Random(1);
    while (values.hasRemaining()) {
      values.put((float) random.nextGaussian());
    }
    return OnnxTensor.createTensor(environment, values.flip(), shape);
  }

  @Override
  public void close() throws OrtException {
    encoder.close();
    unet.close();
    decoder.close();
  }
}
