package io.spackle.pipeline;

import io.spackle.family.InpaintInput;
import io.spackle.family.InpaintParameters;
import io.spackle.family.InpaintState;
import io.spackle.family.InpaintedImage;
import io.spackle.family.Inpainter;
import io.spackle.family.ModelTraits;
import io.spackle.graph.Cancellation;
import io.spackle.image.RgbImage;
import io.spackle.lane.FakeInpainter;
import io.spackle.tensor.FloatTensor;
import java.util.List;
import java.util.Set;

/** A model that gives its input back: images are converted to a network's input and back. */
final class ConvertingInpainter implements Inpainter {

  private record State(InpaintParameters parameters, FloatTensor pixels, boolean isDone)
      implements InpaintState {

    State done() {
      return new State(parameters, pixels, true);
    }

    @Override
    public Object batchKey() {
      return pixels.shape();
    }
  }

  @Override
  public ModelTraits traits() {
    return FakeInpainter.fakeTraits();
  }

  @Override
  public void check(InpaintParameters parameters) {
    // All are accepted.
  }

  @Override
  public InpaintState begin(
      InpaintParameters parameters, InpaintInput input, Cancellation cancellation) {
    return new State(parameters, input.image().toTensor(), false);
  }

  @Override
  public List<InpaintState> step(List<InpaintState> batch, Cancellation cancellation) {
    return batch.stream()
        .map(State.class::cast)
        .map(State::done)
        .map(InpaintState.class::cast)
        .toList();
  }

  @Override
  public InpaintedImage finish(InpaintState done, Cancellation cancellation) {
    FloatTensor pixels = ((State) done).pixels();
    return new InpaintedImage(() -> RgbImage.ofTensor(pixels), Set.of());
  }

  @Override
  public void close() {
    // Nothing is kept open.
  }
}
