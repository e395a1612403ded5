package io.spackle.family;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;

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
    int axes = ((TensorInfo) unet.getInputInfo().get("timestep").getInfo()).getShape().length;
    return axes == 0
        ? OnnxTensor.createTensor(environment, FloatBuffer.wrap(new float[] {500}), new long[0])
        : OnnxTensor.createTensor(
            environment, FloatBuffer.wrap(new float[] {500, 500}), new long[] {2});
  }

  /** The axes of the UNet's text input are named, its width alone is a number. */
  private static long textWidth(OrtSession unet) throws OrtException {
    return ((TensorInfo) unet.getInputInfo().get("encoder_hidden_states").getInfo()).getShape()[2];
  }

  private OnnxTensor floats(long... shape) throws OrtException {
    long size = 1;
    for (long axis : shape) {
      size *= axis;
    }
    return OnnxTensor.createTensor(environment, FloatBuffer.allocate((int) size), shape);
  }

  @Override
  public void close() throws OrtException {
    encoder.close();
    unet.close();
    decoder.close();
  }
}
