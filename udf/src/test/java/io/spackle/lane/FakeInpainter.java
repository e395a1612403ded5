package io.spackle.lane;

import io.spackle.family.InpaintInput;
import io.spackle.family.InpaintParameters;
import io.spackle.family.InpaintedBatch;
import io.spackle.family.InpaintedImage;
import io.spackle.family.Inpainter;
import io.spackle.family.Limits;
import io.spackle.family.ModelTraits;
import io.spackle.graph.Cancellation;
import io.spackle.image.RgbImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;

/** Paints one colour all over, which depends on seed and prompt only; does as it is told before. */
public final class FakeInpainter implements Inpainter {

  /** What happens in place of inference; what it throws is the engine's fault. */
  @FunctionalInterface
  public interface Inference {
    void run(List<InpaintInput> subjects, Cancellation cancellation) throws InterruptedException;
  }

  private final Inference inference;
  private final List<List<String>> batches = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch closed = new CountDownLatch(1);

  public FakeInpainter(Inference inference) {
    this.inference = inference;
  }

  public FakeInpainter() {
    this((subjects, cancellation) -> {});
  }

  /** Inference that lets one batch through per permit, and ends when it is cancelled. */
  public static Inference gated(Semaphore gate, Semaphore begun) {
    return (subjects, cancellation) -> {
      begun.release();
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
    return new ModelTraits(
        "fake",
        "fake",
        new ModelTraits.Sizes(64, 8, 1),
        Limits.ofApi(),
        new ModelTraits.Defaults(4, 7.5, 1, "fake"),
        List.of("fake"),
        false);
  }

  /** The colour that a subject is painted in. */
  public static byte colour(String prompt, long seed) {
    return (byte) Objects.hash(prompt, seed);
  }

  /** The prompts of all batches begun so far, failed ones too. */
  public List<List<String>> batches() {
    return List.copyOf(batches);
  }

  public CountDownLatch closed() {
    return closed;
  }

  @Override
  public void check(InpaintParameters plan) {
    if ("refused".equals(plan.sampling().scheduler().algorithm())) {
      throw new IllegalArgumentException("refused found");
    }
  }

  @Override
  public ModelTraits traits() {
    return fakeTraits();
  }

  @Override
  public InpaintedBatch inpaint(
      InpaintParameters plan, List<InpaintInput> subjects, Cancellation cancellation) {
    batches.add(subjects.stream().map(InpaintInput::prompt).toList());
    try {
      inference.run(subjects, cancellation);
    } catch (InterruptedException e) {
      throw new IllegalStateException("the lane's thread was interrupted", e);
    }
    return new InpaintedBatch(subjects.stream().map(FakeInpainter::paint).toList(), Map.of());
  }

  @Override
  public void close() {
    closed.countDown();
  }

  private static InpaintedImage paint(InpaintInput subject) {
    byte[] pixels = new byte[subject.image().pixels().length];
    Arrays.fill(pixels, colour(subject.prompt(), subject.seed()));
    RgbImage image = new RgbImage(subject.image().width(), subject.image().height(), pixels);
    return new InpaintedImage(image, Set.of());
  }
}
