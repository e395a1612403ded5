package io.spackle.family;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import io.spackle.family.InpaintedBatch.Stage;
import io.spackle.graph.Cancellation;
import io.spackle.graph.CloseStack;
import io.spackle.tensor.FloatTensor;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Drives a {@link DiffusionModel}: encode the prompts, prepare latents, step until done, decode.
 */
final class DiffusionInpainter implements Inpainter {

  private final DiffusionModel model;
  private final CloseStack resources;

  /**
   * @param resources what the model has opened
   */
  DiffusionInpainter(DiffusionModel model, CloseStack resources) {
    this.model = model;
    this.resources = resources;
  }

  @Override
  public ModelTraits traits() {
    return model.traits();
  }

  @Override
  public void check(InpaintParameters parameters) {
    parameters.requireLayout(traits());
    model.check(parameters.sampling().scheduler());
  }

  /** Reference images in context are joined and cut off here: families see one image. */
  @Override
  public InpaintedBatch inpaint(
      InpaintParameters parameters, List<InpaintInput> inputs, Cancellation cancellation) {
    if (parameters.reference() == ReferenceLayout.NONE) {
      return denoised(parameters, inputs, cancellation);
    }
    ReferenceCanvas canvas = ReferenceCanvas.of(parameters);
    List<InpaintInput> joined = inputs.stream().map(canvas::joined).toList();
    InpaintedBatch batch = denoised(canvas.joined(parameters), joined, cancellation);
    return new InpaintedBatch(batch.images().stream().map(canvas::cut).toList(), batch.times());
  }

  private InpaintedBatch denoised(
      InpaintParameters parameters, List<InpaintInput> inputs, Cancellation cancellation) {
    StageTimes times = new StageTimes();
    List<PromptEmbeds> prompts =
        times.measure(
            Stage.TEXT,
            () ->
                inputs.stream()
                    .map(input -> model.encodePrompt(parameters, input, cancellation))
                    .toList());
    InpaintedImage[] images = new InpaintedImage[inputs.size()];
    for (List<Integer> group : byLength(prompts)) {
      List<DenoisingState> batch =
          times.measure(
              Stage.ENCODE,
              () ->
                  group.stream()
                      .map(
                          i ->
                              model.prepareLatents(
                                  parameters, inputs.get(i), prompts.get(i), cancellation))
                      .toList());
      List<DenoisingState> done =
          times.measure(Stage.DENOISE, () -> denoise(parameters, batch, cancellation));
      for (int i = 0; i < group.size(); i++) {
        FloatTensor latents = done.get(i).latents();
        FloatTensor decoded =
            times.measure(Stage.DECODE, () -> model.decode(parameters, latents, cancellation));
        int place = group.get(i);
        images[place] = InpaintedImage.of(decoded, inputs.get(place), prompts.get(place).notes());
      }
    }
    return new InpaintedBatch(List.of(images), times.durations);
  }

  private List<DenoisingState> denoise(
      InpaintParameters parameters, List<DenoisingState> batch, Cancellation cancellation) {
    List<DenoisingState> states = batch;
    while (!states.get(0).isDone()) {
      cancellation.check();
      states = model.step(parameters, states, cancellation);
    }
    return states;
  }

  /**
   * The images of a batch by the length of their prompts, which a call of the network must share:
   * padding to the longest would make an image depend on its neighbours.
   */
  private static Collection<List<Integer>> byLength(List<PromptEmbeds> prompts) {
    return IntStream.range(0, prompts.size())
        .boxed()
        .collect(groupingBy(i -> prompts.get(i).length(), TreeMap::new, toList()))
        .values();
  }

  /** The time that each stage of a batch takes. */
  private static final class StageTimes {

    private final Map<Stage, Duration> durations = new EnumMap<>(Stage.class);

    <T> T measure(Stage stage, Supplier<T> work) {
      long start = System.nanoTime();
      try {
        return work.get();
      } finally {
        durations.merge(stage, Duration.ofNanos(System.nanoTime() - start), Duration::plus);
      }
    }
  }

  @Override
  public void close() {
    resources.close();
  }
}
