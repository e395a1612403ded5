package io.spackle.family;

import io.spackle.scheduler.Run;
import io.spackle.tensor.BatchNoise;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.TorchNoise;
import java.util.ArrayList;
import java.util.List;

/**
 * One image between two calls of the network. Each image has a scheduler run and a noise stream of
 * its own, so that its result does not depend on the batch.
 *
 * @param parameters of the canvas
 * @param latents (1, 4, h/8, w/8), or packed (1, tokens, 64), at the noise level of {@code call}
 * @param prompt the prompt embeds
 * @param conditioning mask and masked image latents as the network takes them beside the latents,
 *     with the same axes but for the channels; null for a network that does not see the mask
 * @param kept what is blended in outside the mask after each call; null for a network that sees the
 *     mask
 * @param run the scheduler
 * @param noise the rest of the image's noise stream, from which stochastic schedulers draw
 * @param call the number of the next call, from 0
 */
record DenoisingState(
    InpaintParameters parameters,
    FloatTensor latents,
    PromptEmbeds prompt,
    FloatTensor conditioning,
    KeptLatents kept,
    Run run,
    TorchNoise noise,
    int call) {

  /**
   * The image's own latents, which a network that does not see the mask must be given back outside
   * of it.
   *
   * @param image (1, 4, h/8, w/8) of the whole image
   * @param noise (1, 4, h/8, w/8) standard Gaussian, as drawn for the start
   * @param mask (1, 1, h/8, w/8), 1 where the image is inpainted, else 0
   */
  record KeptLatents(FloatTensor image, FloatTensor noise, FloatTensor mask) {

    /**
     * {@code (1 - mask) * image + mask * latents}, the image at the noise level of a call, without
     * noise after the last.
     */
    private FloatTensor blend(FloatTensor latents, Run run, int call) {
      FloatTensor noised = call == run.calls() ? image : run.addNoise(image, noise, call);
      float[] blended = new float[latents.data().length];
      for (int i = 0; i < blended.length; i++) {
        float m = mask.data()[i % mask.data().length]; // the same for each channel
        blended[i] = (1 - m) * noised.data()[i] + m * latents.data()[i];
      }
      return new FloatTensor(blended, latents.shape());
    }
  }

  boolean isDone() {
    return call == run.calls();
  }

  float timestep() {
    return run.timestep(call);
  }

  /** Whether the next call predicts the noise with and without the prompt. */
  boolean isGuided() {
    return parameters.sampling().guidance().guides(call, run.calls());
  }

  /** The latents, scaled as the scheduler asks. */
  FloatTensor scaledLatents() {
    return run.scaleInput(latents, call);
  }

  /** The timestep as a tensor, (1). */
  FloatTensor timestepTensor() {
    return FloatTensor.of(new float[] {timestep()}, 1);
  }

  /**
   * Advances each image of a batch by its own scheduler.
   *
   * @param noisePredictions (1, ...) of each image, for its current call
   */
  static List<DenoisingState> step(List<DenoisingState> batch, List<FloatTensor> noisePredictions) {
    List<DenoisingState> next = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      next.add(batch.get(i).step(noisePredictions.get(i)));
    }
    return next;
  }

  private DenoisingState step(FloatTensor noisePrediction) {
    FloatTensor next = run.step(noisePrediction, call, latents, new BatchNoise(List.of(noise)));
    return with(next, call + 1);
  }

  /** Replaces the latents outside the mask by the image's own, at the noise level of the call. */
  DenoisingState withKeptLatents() {
    return with(kept.blend(latents, run, call), call);
  }

  private DenoisingState with(FloatTensor latents, int call) {
    return new DenoisingState(parameters, latents, prompt, conditioning, kept, run, noise, call);
  }
}
