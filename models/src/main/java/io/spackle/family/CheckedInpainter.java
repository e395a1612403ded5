package io.spackle.family;

import io.spackle.graph.Cancellation;
import io.spackle.graph.CloseStack;
import io.spackle.image.RgbImage;
import io.spackle.safety.SafetyChecker;
import java.util.EnumSet;
import java.util.List;
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
  public boolean batchesAnySteps() {
    return inpainter.batchesAnySteps();
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
  public int calls(InpaintParameters parameters) {
    return inpainter.calls(parameters);
  }

  @Override
  public InpaintState begin(
      InpaintParameters parameters, InpaintInput input, Cancellation cancellation) {
    check(parameters);
    return inpainter.begin(parameters, input, cancellation);
  }

  @Override
  public List<InpaintState> step(List<InpaintState> batch, Cancellation cancellation) {
    return inpainter.step(batch, cancellation);
  }

  @Override
  public InpaintedImage finish(InpaintState done, Cancellation cancellation) {
    InpaintedImage image = inpainter.finish(done, cancellation);
    boolean flagged =
        done.parameters().safetyChecked() && checker.flags(image.image(), cancellation);
    return flagged ? blackened(image) : image;
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
