package io.spackle.family;

import static java.util.stream.Collectors.groupingBy;

import io.spackle.graph.Cancellation;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * An open inpainting model on one device. {@link Families#open} makes one.
 *
 * <p>An image is begun, takes steps until it is done, and is finished. Between two steps the images
 * of a batch may change: images join when they have begun, whatever their prompts, steps and
 * schedulers, and leave when they are done. An image's result does not depend on the others.
 *
 * <p>A model is loaded once and used for every image. {@link #begin}, {@link #step} and {@link
 * #finish} are called by one thread at a time, the other methods by any thread.
 */
public interface Inpainter extends AutoCloseable {

  /** What the model accepts and assumes. */
  ModelTraits traits();

  /**
   * Whether images share batches whatever steps they are at. If not, those at the same timestep do.
   */
  default boolean batchesAnySteps() {
    return true;
  }

  /**
   * Rejects parameters that the model cannot run, before images are prepared for it.
   *
   * @throws IllegalArgumentException naming what was found and what was expected
   */
  void check(InpaintParameters parameters);

  /**
   * How many steps an image takes, each of them one call of the network.
   *
   * @param parameters that {@link #check} accepts
   */
  default int calls(InpaintParameters parameters) {
    return 1;
  }

  /**
   * Prepares one image for its first step: its prompt is encoded, its noise drawn from its own
   * seed.
   *
   * @param input framed to {@code parameters.width()} x {@code parameters.height()}
   * @param cancellation ends the work within a second
   * @throws IllegalArgumentException if the input lacks the reference image that the model or the
   *     parameters need
   * @throws java.util.concurrent.CancellationException if cancelled
   * @throws io.spackle.graph.GraphException if the runtime fails
   */
  InpaintState begin(InpaintParameters parameters, InpaintInput input, Cancellation cancellation);

  /**
   * Advances each image by one step, by one call of the network.
   *
   * @param batch at least one image of this model, none of them done, all with the same {@link
   *     InpaintState#batchKey}
   * @param cancellation as of {@link #begin}, as are the exceptions
   * @return the images after the step, in the order of the batch
   */
  List<InpaintState> step(List<InpaintState> batch, Cancellation cancellation);

  /**
   * The result of an image that is done.
   *
   * @param cancellation as of {@link #begin}, as are the exceptions
   * @return an image of the size in the parameters; pixels outside the mask differ from the input
   *     by the loss of the autoencoder, so that they must be pasted back
   * @throws UnusableImageException if the model's output is not an image
   */
  InpaintedImage finish(InpaintState done, Cancellation cancellation);

  /**
   * Inpaints the masked region of images that share their parameters: begins, steps and finishes
   * them together.
   *
   * @param inputs at least one
   * @return one image per input, in their order
   */
  default List<InpaintedImage> inpaint(
      InpaintParameters parameters, List<InpaintInput> inputs, Cancellation cancellation) {
    InpaintState[] states =
        inputs.stream()
            .map(input -> begin(parameters, input, cancellation))
            .toArray(InpaintState[]::new);
    while (!Arrays.stream(states).allMatch(InpaintState::isDone)) {
      Map<Object, List<Integer>> batches =
          IntStream.range(0, states.length)
              .filter(i -> !states[i].isDone())
              .boxed()
              .collect(groupingBy(i -> states[i].batchKey()));
      for (List<Integer> batch : batches.values()) {
        List<InpaintState> next = step(batch.stream().map(i -> states[i]).toList(), cancellation);
        for (int i = 0; i < next.size(); i++) {
          states[batch.get(i)] = next.get(i);
        }
      }
    }
    return Arrays.stream(states).map(state -> finish(state, cancellation)).toList();
  }

  /** Frees the model. */
  @Override
  void close();
}
