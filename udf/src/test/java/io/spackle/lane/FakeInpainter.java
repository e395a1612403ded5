package io.spackle.lane;

import io.spackle.family.InpaintInput;
import io.spackle.family.InpaintParameters;
import io.spackle.family.InpaintState;
import io.spackle.family.InpaintedImage;
import io.spackle.family.Inpainter;
import io.spackle.family.Limits;
import io.spackle.family.ModelTraits;
import io.spackle.family.ModelTraits.Guide;
import io.spackle.graph.Cancellation;
import io.spackle.image.RgbImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;

/**
 * Fills images with one colour that depends on seed and prompt only, after a scripted inference.
 */
public final class FakeInpainter implements Inpainter {

  /** Runs in place of the model; its exceptions are those of the engine. */
  @FunctionalInterface
  public interface Inference {
    void run(List<InpaintInput> inputs, Cancellation cancellation) throws InterruptedException;
  }

  /** An image with the steps that are left. */
  private record State(InpaintParameters parameters, InpaintInput input, int left)
      implements InpaintState {

    State next() {
      return new State(parameters, input, left - 1);
    }

    @Override
    public boolean isDone() {
      return left == 0;
    }

    @Override
    public Object batchKey() {
      return List.of(parameters.width(), parameters.height());
    }
  }

  private final Inference inference;
  private final ModelTraits traits;
  private final boolean takesAllSteps;
  private final List<List<String>> batches = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch closed = new CountDownLatch(1);

  public FakeInpainter(Inference inference) {
    this(inference, Guide.PROMPT);
  }

  public FakeInpainter(Inference inference, Guide guide) {
    this(inference, guide, false);
  }

  private FakeInpainter(Inference inference, Guide guide, boolean takesAllSteps) {
    this.inference = inference;
    this.traits = traits(guide);
    this.takesAllSteps = takesAllSteps;
  }

  /** A model whose images take the steps of their parameters; others take one. */
  public static FakeInpainter stepwise(Inference inference) {
    return new FakeInpainter(inference, Guide.PROMPT, true);
  }

  public FakeInpainter() {
    this((inputs, cancellation) -> {});
  }

  /** Inference that waits for a permit per batch, and ends when it is cancelled. */
  public static Inference gated(Semaphore gate, Semaphore started) {
    return (inputs, cancellation) -> {
      started.release();
      Thread self = Thread.currentThread();
      try (var registration = cancellation.onCancel(self::interrupt)) {
        Objects.requireNonNull(registration);
        gate.acquire();
      } catch (InterruptedException e) {
        cancellation.check();
        throw e;
      }
    };
  }

  public static ModelTraits fakeTraits() {
    return traits(Guide.PROMPT);
  }

  private static ModelTraits traits(Guide guide) {
    return new ModelTraits(
        "fake",
        "fake",
        new ModelTraits.Sizes(64, 8, 1),
        Limits.ofApi(),
        new ModelTraits.Defaults(4, 7.5, 1, "fake"),
        List.of("fake"),
        guide);
  }

  /** The level of all channels of an image. */
  public static byte colour(String prompt, long seed) {
    return (byte) Objects.hash(prompt, seed);
  }

  /** The prompts of all batches started so far, including failed ones. */
  public List<List<String>> batches() {
    return List.copyOf(batches);
  }

  public CountDownLatch closed() {
    return closed;
  }

  @Override
  public void check(InpaintParameters parameters) {
    if ("refused".equals(parameters.sampling().scheduler().algorithm())) {
      throw new IllegalArgumentException("refused found");
    }
  }

  @Override
  public int calls(InpaintParameters parameters) {
    return takesAllSteps ? parameters.sampling().steps() : 1;
  }

  @Override
  public ModelTraits traits() {
    return traits;
  }

  @Override
  public InpaintState begin(
      InpaintParameters parameters, InpaintInput input, Cancellation cancellation) {
    return new State(parameters, input, calls(parameters));
  }

  @Override
  public List<InpaintState> step(List<InpaintState> batch, Cancellation cancellation) {
    List<State> states = batch.stream().map(State.class::cast).toList();
    List<InpaintInput> inputs = states.stream().map(State::input).toList();
    batches.add(inputs.stream().map(InpaintInput::prompt).toList());
    try {
      inference.run(inputs, cancellation);
    } catch (InterruptedException e) {
      throw new IllegalStateException("the lane's thread was interrupted", e);
    }
    return states.stream().map(State::next).map(InpaintState.class::cast).toList();
  }

  @Override
  public InpaintedImage finish(InpaintState done, Cancellation cancellation) {
    return fill(((State) done).input());
  }

  @Override
  public void close() {
    closed.countDown();
  }

  private static InpaintedImage fill(InpaintInput input) {
    byte[] pixels = new byte[input.image().pixels().length];
    Arrays.fill(pixels, colour(input.prompt(), input.seed()));
    RgbImage image = new RgbImage(input.image().width(), input.image().height(), pixels);
    return new InpaintedImage(image, Set.of());
  }
}
