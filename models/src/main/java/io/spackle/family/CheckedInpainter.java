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
 * A model with a safety checker: flagged images come out black where the parameters ask for the
 * check.
 *
 * <p>As in diffusers, the checker sees what the model generated, before anything is pasted back.
 */
final class CheckedInpainter implements Inpainter {

  private final Inpainter inpainter;
  private final SafetyChecker checker;
  private final CloseStack resources;

  /**
   * @param checker null for none: parameters that ask for one are rejected
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
  public void check(InpaintParameters parameters) {
    if (parameters.safetyChecked() && checker == null) {
      throw new IllegalArgumentException(
          "a safety check is asked for, and the model was opened without a safety checker");
    }
    inpainter.check(parameters);
  }

  @Override
  public InpaintedBatch inpaint(
      InpaintParameters parameters, List<InpaintInput> inputs, Cancellation cancellation) {
    check(parameters);
    InpaintedBatch batch = inpainter.inpaint(parameters, inputs, cancellation);
    return parameters.safetyChecked() ? checked(batch, cancellation) : batch;
  }

  private InpaintedBatch checked(InpaintedBatch batch, Cancellation cancellation) {
    long start = System.nanoTime();
    List<InpaintedImage> images = new ArrayList<>();
    for (InpaintedImage image : batch.images()) {
      boolean flagged = checker.flags(image.image(), cancellation);
      images.add(flagged ? blackened(image) : image);
    }
    Map<Stage, Duration> times = new EnumMap<>(Stage.class);
    times.putAll(batch.times());
    times.put(Stage.CHECK, Duration.ofNanos(System.nanoTime() - start));
    return new InpaintedBatch(images, times);
  }

  private static InpaintedImage blackened(InpaintedImage flagged) {
    Set<Note> notes = EnumSet.of(Note.NSFW_CONTENT_DETECTED);
    notes.addAll(flagged.notes());
    RgbImage image = flagged.image();
    return new InpaintedImage(RgbImage.black(image.width(), image.height()), notes);
  }

  @Override
  public void close() {
    resources.close();
  }
}
