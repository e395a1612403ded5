package io.spackle.family;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * An image of a model that has one step.
 *
 * @param result empty before the step
 */
record SingleStep(InpaintParameters parameters, InpaintInput input, Optional<InpaintedImage> result)
    implements InpaintState {

  /** An image before its step. */
  static SingleStep of(InpaintParameters parameters, InpaintInput input) {
    return new SingleStep(parameters, input, Optional.empty());
  }

  /** Takes the step with one image of a batch after the other. */
  static List<InpaintState> each(
      List<InpaintState> batch, Function<SingleStep, InpaintedImage> step) {
    List<InpaintState> done = new ArrayList<>();
    for (InpaintState state : batch) {
      SingleStep image = (SingleStep) state;
      done.add(new SingleStep(image.parameters, image.input, Optional.of(step.apply(image))));
    }
    return done;
  }

  /** The result of an image after its step. */
  static InpaintedImage result(InpaintState done) {
    return ((SingleStep) done).result.orElseThrow();
  }

  @Override
  public boolean isDone() {
    return result.isPresent();
  }

  /** The same for all: a model that takes images one at a time takes any. */
  @Override
  public Object batchKey() {
    return SingleStep.class;
  }
}
