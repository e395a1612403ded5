package io.spackle.family;

import io.spackle.graph.Cancellation;
import io.spackle.scheduler.Run;
import io.spackle.tensor.FloatTensor;
import java.util.List;

/**
 * A diffusion model for inpainting as the four methods that an image goes through, in their order.
 * {@link DiffusionInpainter} calls them; a family implements them in one file.
 *
 * <p>Used by one thread at a time.
 */
interface DiffusionModel {

  /** What the model accepts and assumes. */
  ModelTraits traits();

  /**
   * Whether the network takes a timestep for each image of a batch. If not, the images of a batch
   * must be at the same timestep.
   */
  boolean takesTimestepPerImage();

  /**
   * The scheduler's run for one image.
   *
   * @throws IllegalArgumentException if the model cannot run the scheduler or so few steps, naming
   *     what was found and what was expected
   */
  Run start(InpaintParameters parameters);

  /** Encodes the prompt of one image and, where guidance is on, its negative prompt. */
  PromptEmbeds encodePrompt(
      InpaintParameters parameters, InpaintInput input, Cancellation cancellation);

  /**
   * Draws the noise of one image, encodes the image and its masked copy, and brings the latents to
   * the noise level of the first step.
   */
  DenoisingState prepareLatents(
      InpaintParameters parameters,
      InpaintInput input,
      PromptEmbeds prompt,
      Cancellation cancellation);

  /**
   * Denoises a batch by one call of the network: scale, predict, guide, step, blend. Each image has
   * its own guidance, scheduler run and, if the network takes it, timestep.
   *
   * @param batch at least one image; all of one size and with prompts of one length
   * @return the images after the call, in the order of the batch
   */
  List<DenoisingState> step(List<DenoisingState> batch, Cancellation cancellation);

  /**
   * Decodes the latents of one image after its last step.
   *
   * @return (1, 3, height, width), about -1 to 1
   */
  FloatTensor decode(DenoisingState done, Cancellation cancellation);
}
