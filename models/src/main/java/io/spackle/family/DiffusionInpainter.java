package io.spackle.family;

import io.spackle.graph.Cancellation;
import io.spackle.graph.CloseStack;
import java.util.ArrayList;
import java.util.List;

/**
 * Drives a {@link DiffusionModel}: encode the prompt, prepare latents, step until done, decode.
 *
 * <p>Reference images in context are joined and cut off here: families see one image.
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

  /**
   * An image with its latents.
   *
   * @param parameters as given, without the reference image in context
   * @param canvas the image as the model sees it
   * @param latents between two steps
   * @param batchKey see {@link BatchKey}
   */
  private record Denoising(
      InpaintParameters parameters, InpaintInput canvas, DenoisingState latents, BatchKey batchKey)
      implements InpaintState {

    @Override
    public boolean isDone() {
      return latents.isDone();
    }
  }

  /**
   * What the inputs of the network fix. Prompts are not padded to the longest of a batch, which
   * would make an image depend on its neighbours.
   *
   * @param timestep NaN where each image of a batch may have its own
   */
  private record BatchKey(int width, int height, int promptLength, float timestep) {}

  @Override
  public ModelTraits traits() {
    return model.traits();
  }

  @Override
  public boolean batchesAnySteps() {
    return model.takesTimestepPerImage();
  }

  @Override
  public void check(InpaintParameters parameters) {
    parameters.requireLayout(traits());
    model.start(canvas(parameters));
  }

  @Override
  public int calls(InpaintParameters parameters) {
    return model.start(canvas(parameters)).calls();
  }

  private static InpaintParameters canvas(InpaintParameters parameters) {
    return parameters.reference() == ReferenceLayout.NONE
        ? parameters
        : ReferenceCanvas.of(parameters).joined(parameters);
  }

  @Override
  public InpaintState begin(
      InpaintParameters parameters, InpaintInput input, Cancellation cancellation) {
    if (parameters.reference() == ReferenceLayout.NONE) {
      return begin(parameters, parameters, input, cancellation);
    }
    ReferenceCanvas canvas = ReferenceCanvas.of(parameters);
    return begin(parameters, canvas.joined(parameters), canvas.joined(input), cancellation);
  }

  private InpaintState begin(
      InpaintParameters given,
      InpaintParameters canvas,
      InpaintInput input,
      Cancellation cancellation) {
    PromptEmbeds prompt = model.encodePrompt(canvas, input, cancellation);
    return state(given, input, model.prepareLatents(canvas, input, prompt, cancellation));
  }

  @Override
  public List<InpaintState> step(List<InpaintState> batch, Cancellation cancellation) {
    cancellation.check();
    List<Denoising> images = batch.stream().map(Denoising.class::cast).toList();
    List<DenoisingState> latents =
        model.step(images.stream().map(Denoising::latents).toList(), cancellation);
    List<InpaintState> next = new ArrayList<>();
    for (int i = 0; i < latents.size(); i++) {
      next.add(state(images.get(i).parameters(), images.get(i).canvas(), latents.get(i)));
    }
    return next;
  }

  private Denoising state(
      InpaintParameters parameters, InpaintInput canvas, DenoisingState latents) {
    boolean needsTimestep = !model.takesTimestepPerImage() && !latents.isDone();
    BatchKey key =
        new BatchKey(
            latents.parameters().width(),
            latents.parameters().height(),
            latents.prompt().length(),
            needsTimestep ? latents.timestep() : Float.NaN);
    return new Denoising(parameters, canvas, latents, key);
  }

  @Override
  public InpaintedImage finish(InpaintState done, Cancellation cancellation) {
    Denoising image = (Denoising) done;
    DenoisingState latents = image.latents();
    InpaintedImage canvas =
        InpaintedImage.of(
            model.decode(latents, cancellation), image.canvas(), latents.prompt().notes());
    return image.parameters().reference() == ReferenceLayout.NONE
        ? canvas
        : ReferenceCanvas.of(image.parameters()).cut(canvas);
  }

  @Override
  public void close() {
    resources.close();
  }
}
