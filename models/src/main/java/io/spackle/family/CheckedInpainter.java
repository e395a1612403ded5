package io.spackle.family;

import io.spackle.family.InpaintedBatch.Stage;
import io.spackle.graph.Cancellation;
import io.spackle.graph.CloseStack;
import io.spackle.image.RgbImage;
import io.spackle.safety.SafetyChecker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A model whose images go through a safety checker where a plan asks for it: what is flagged comes
 * out black.
 *
 * <p>As in diffusers, the checker sees what the model painted, before anything is pasted back.
 */
final class CheckedInpainter implements Inpainter {

  private final Inpainter inpainter;
  private final SafetyChecker checker;
  private final CloseStack resources;

  /**
   * @param checker null for none: plans that ask for one are refused
   * @param resources both, to be closed
   */
  CheckedInpainter(Inpainter inpainter, SafetyChecker checker, CloseStack resources) {
    this.inpainter = inpainter;
    this.checker = checker;
    this.resources = resources;
  }

  @Override
  public ModelTraits traits() {
    return inpainter.traits();
  }

  @Override
  public void check(InpaintParameters plan) {
    if (plan.safetyChecked() && checker == null) {
      throw new IllegalArgumentException(
          "a safety check is asked for, and the model was opened without a safety checker");
    }
    inpainter.check(plan);
  }

  @Override
  public InpaintedBatch inpaint(
      InpaintParameters plan, List<InpaintInput> subjects, Cancellation cancellation) {
    check(plan);
    InpaintedBatch painted = inpainter.inpaint(plan, subjects, cancellation);
    return plan.safetyChecked() ? checked(painted, cancellation) : painted;
  }

  private InpaintedBatch checked(InpaintedBatch painted, Cancellation cancellation) {
    long start = System.nanoTime();
    List<InpaintedImage> paintings = new ArrayList<>();
    for (InpaintedImage painting : painted.paintings()) {
      boolean flagged = checker.flags(painting.image(), cancellation);
      paintings.add(flagged ? blackened(painting) : painting);
    }
    Map<Stage, Duration> timings = new EnumMap<>(Stage.class);
    timings.putAll(painted.timings());
    timings.put(Stage.CHECK, Duration.ofNanos(System.nanoTime() - start));
    return new InpaintedBatch(paintings, timings);
  }

  private static InpaintedImage blackened(InpaintedImage painting) {
    Set<Note> notes = EnumSet.of(Note.NSFW_CONTENT_DETECTED);
    notes.addAll(painting.notes());
    RgbImage image = painting.image();
    return new InpaintedImage(RgbImage.black(image.width(), image.height()), notes);
  }

  @Override
  public void close() {
    resources.close();
  }
}
