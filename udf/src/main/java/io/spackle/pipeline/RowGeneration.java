package io.spackle.pipeline;

import io.spackle.family.InpaintInput;
import io.spackle.family.InpaintParameters;
import io.spackle.family.InpaintedImage;
import io.spackle.graph.Cancellation;
import io.spackle.lane.Lane;
import io.spackle.model.OpenModel;
import io.spackle.quarantine.Markers.Marker;
import io.spackle.row.RowStage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/**
 * The generation of a row's samples in the lane.
 *
 * @param marker of a row that must be alone in the model, else empty
 */
record RowGeneration(
    OpenModel model,
    ImageSettings settings,
    Cancellation task,
    Optional<Supplier<Marker>> marker,
    StageTimer timer) {

  /**
   * The outputs of all samples of a row.
   *
   * @param arrival of the row's images
   * @throws InterruptedException if the thread is interrupted
   */
  Generated all(FramedRow framed, Lane.Arrival arrival) throws InterruptedException {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < framed.row().parameters().samples(); i++) {
      numbers.add(i);
    }
    return generate(framed, numbers, arrival);
  }

  /**
   * The output of a further sample, for a row that is being encoded.
   *
   * @throws InterruptedException if the thread is interrupted
   */
  Generated again(FramedRow framed, int number) throws InterruptedException {
    try (Lane.Arrival none = model.lane().arrival()) {
      return generate(framed, List.of(number), none);
    } finally {
      timer.enter(RowStage.ENCODE);
    }
  }

  private Generated generate(FramedRow framed, List<Integer> numbers, Lane.Arrival arrival)
      throws InterruptedException {
    InpaintParameters parameters = ModelDemand.parameters(framed, model.inpainter(), settings);
    List<InpaintInput> inputs = inputs(framed, numbers);
    task.check();
    timer.enter(RowStage.PAINT);
    List<LaneSample> samples = new ArrayList<>();
    try {
      for (int i = 0; i < inputs.size(); i++) {
        samples.add(
            new LaneSample(
                submit(parameters, inputs.get(i)),
                framed.alphaInput(numbers.get(i)).map(alpha -> submit(parameters, alpha))));
      }
      arrival.retract();
      for (LaneSample sample : samples) {
        sample.image().get();
      }
      timer.move(samples.get(0).image().get().queued(), RowStage.PAINT, RowStage.QUEUE);
      return Generated.of(framed, samples);
    } catch (ExecutionException e) {
      throw Lane.causeOf(e);
    } finally {
      samples.forEach(LaneSample::cancel);
    }
  }

  private CompletableFuture<Lane.Result<InpaintedImage>> submit(
      InpaintParameters parameters, InpaintInput input) {
    return marker.isPresent()
        ? model.lane().submitAlone(parameters, input, marker.get())
        : model.lane().submit(parameters, input);
  }

  /** One input per sample. Fills take one core each, and leave the lane to the model. */
  private List<InpaintInput> inputs(FramedRow framed, List<Integer> numbers)
      throws InterruptedException {
    List<InpaintInput> all = new ArrayList<>();
    for (int number : numbers) {
      InpaintInput input = framed.input(number);
      all.add(
          framed.isFilled() ? model.limits().onCore(() -> settings.filled(input, task)) : input);
    }
    return all;
  }
}
