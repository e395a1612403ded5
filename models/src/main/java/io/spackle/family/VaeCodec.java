package io.spackle.family;

import io.spackle.graph.Cancellation;
import io.spackle.graph.Graph;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Shape;
import io.spackle.tensor.TorchNoise;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.function.Supplier;

/**
 * Pixels to latents and back.
 *
 * <p>Images go through one at a time: the autoencoder's activations are the largest of a pipeline,
 * one image fills a device, and so no image's latents depend on its batch.
 *
 * @param encoder {@code sample} to {@code latent_parameters} (mean, then log variance), or to
 *     {@code latent_sample} (the mean alone) in the legacy layout
 * @param decoder {@code latent_sample} to {@code sample}
 * @param scalingFactor latents are multiplied by it for the network
 * @param shiftFactor is subtracted before that
 * @param encoded what the encoder gave for images that are in use, without and with their masks;
 *     images are compared as instances
 */
record VaeCodec(
    Graph encoder,
    Graph decoder,
    float scalingFactor,
    float shiftFactor,
    Map<RgbImage, Map<Optional<Mask>, Map<String, FloatTensor>>> encoded) {

  private static final String PARAMETERS = "latent_parameters";
  private static final String SAMPLE = "latent_sample";

  VaeCodec(Graph encoder, Graph decoder, float scalingFactor, float shiftFactor) {
    this(encoder, decoder, scalingFactor, shiftFactor, new WeakHashMap<>());
  }

  /** The names that an encoder may give its output. */
  static final List<String> ENCODER_OUTPUTS = List.of(PARAMETERS, SAMPLE);

  /** The side of an image over the side of its latents. */
  static final int FACTOR = 8;

  /**
   * Draws latents of an image from the posterior that the encoder computes.
   *
   * @param image of which the samples of a row have the same instance; it is encoded once
   * @param noise one draw is taken, unless the encoder gives the mean alone
   * @return (1, channels, h / 8, w / 8), shifted and scaled
   */
  FloatTensor encode(RgbImage image, TorchNoise noise, Cancellation cancellation) {
    return encode(image, Optional.empty(), image::toTensor, noise, cancellation);
  }

  /** Likewise of the image of an input with its masked region in mid grey. */
  FloatTensor encodeMasked(InpaintInput input, TorchNoise noise, Cancellation cancellation) {
    return encode(
        input.image(), Optional.of(input.mask()), input::maskedPixels, noise, cancellation);
  }

  private FloatTensor encode(
      RgbImage image,
      Optional<Mask> mask,
      Supplier<FloatTensor> pixels,
      TorchNoise noise,
      Cancellation cancellation) {
    Map<Optional<Mask>, Map<String, FloatTensor>> ofImage =
        encoded.computeIfAbsent(image, unused -> new HashMap<>());
    Map<String, FloatTensor> outputs = ofImage.get(mask);
    if (outputs == null) {
      outputs = encoder.run(Map.of("sample", pixels.get()), cancellation);
      ofImage.put(mask, outputs);
    }
    FloatTensor parameters = outputs.get(PARAMETERS);
    return scaled(parameters == null ? outputs.get(SAMPLE) : posterior(parameters, noise));
  }

  /**
   * Takes the draw that {@link #encode} would take, where the latents are not needed but the noise
   * stream must advance.
   */
  void skipDraw(Shape latents, TorchNoise noise) {
    if (encoder.outputs().containsKey(PARAMETERS)) {
      noise.next(latents.size());
    }
  }

  /** {@code mean + exp(logvar / 2) * noise}, the log variance clamped to -30..20. */
  private static FloatTensor posterior(FloatTensor parameters, TorchNoise noise) {
    int[] axes = parameters.shape().axes();
    axes[1] /= 2;
    Shape shape = Shape.of(axes);
    float[] values = parameters.data();
    float[] drawn = noise.next(shape.size());
    float[] latents = new float[drawn.length];
    for (int i = 0; i < latents.length; i++) {
      float logVariance = Math.min(Math.max(values[i + latents.length], -30f), 20f);
      latents[i] = values[i] + (float) Math.exp(0.5f * logVariance) * drawn[i];
    }
    return new FloatTensor(latents, shape);
  }

  private FloatTensor scaled(FloatTensor latents) {
    float[] scaled = new float[latents.data().length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = (latents.data()[i] - shiftFactor) * scalingFactor;
    }
    return new FloatTensor(scaled, latents.shape());
  }

  /**
   * Latents to pixels.
   *
   * @param latents (1, channels, h/8, w/8) as the network left them
   * @return (1, 3, h, w), about -1 to 1
   */
  FloatTensor decode(FloatTensor latents, Cancellation cancellation) {
    return decoder.run(Map.of(SAMPLE, unscaled(latents)), "sample", cancellation);
  }

  private FloatTensor unscaled(FloatTensor latents) {
    float[] unscaled = new float[latents.data().length];
    for (int i = 0; i < unscaled.length; i++) {
      unscaled[i] = latents.data()[i] / scalingFactor + shiftFactor;
    }
    return new FloatTensor(unscaled, latents.shape());
  }
}
