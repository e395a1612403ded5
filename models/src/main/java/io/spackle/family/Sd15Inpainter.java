package io.spackle.family;

import io.spackle.bundle.ModelBundle;
import io.spackle.family.PromptEncoder.Encoded;
import io.spackle.graph.Cancellation;
import io.spackle.graph.CloseStack;
import io.spackle.graph.Device;
import io.spackle.tensor.FloatTensor;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Stable Diffusion 1.5, with an inpainting UNet or a plain one.
 *
 * <p>Computes what diffusers' {@code StableDiffusionInpaintPipeline} computes; weighted and long
 * prompts as AUTOMATIC1111's WebUI reads them.
 */
final class Sd15Inpainter implements Inpainter {

  private static final String EMBEDDING = "last_hidden_state";

  private final ModelTraits traits;
  private final PromptEncoder text;
  private final UnetDenoiser painter;
  private final CloseStack resources;

  private Sd15Inpainter(
      ModelTraits traits, PromptEncoder text, UnetDenoiser painter, CloseStack resources) {
    this.traits = traits;
    this.text = text;
    this.painter = painter;
    this.resources = resources;
  }

  static Inpainter open(ModelBundle bundle, Device device) {
    try (CloseStack opening = new CloseStack()) {
      BundleParts parts = new BundleParts(bundle, device, opening);
      UnetDenoiser painter = parts.unetPainter(Set.of("sample", "timestep", PromptEmbeds.HIDDEN));
      PromptEncoder text =
          parts.clip("tokenizer", "text_encoder", List.of(EMBEDDING), painter.mostSequences());
      parts.refuseProblems();
      return new Sd15Inpainter(traits(bundle), text, painter, opening.release());
    }
  }

  static ModelTraits traits(ModelBundle bundle) {
    return UnetTraits.of("sd15", bundle, Limits.ofApi(), 50, 7.5, 1.0);
  }

  @Override
  public ModelTraits traits() {
    return traits;
  }

  @Override
  public void check(InpaintParameters plan) {
    painter.check(plan);
  }

  @Override
  public InpaintedBatch inpaint(
      InpaintParameters plan, List<InpaintInput> subjects, Cancellation cancellation) {
    return painter.paint(plan, subjects, this::condition, cancellation);
  }

  private PromptEmbeds condition(
      InpaintParameters plan, InpaintInput subject, Cancellation cancellation) {
    Encoded prompt = text.encode(subject.prompt(), cancellation);
    if (!plan.guided()) {
      return new PromptEmbeds(
          hidden(prompt, prompt.count(), cancellation),
          Map.of(),
          Note.ofTruncated(prompt.truncated(), false));
    }
    Encoded avoided = text.encode(subject.negativePromptOrEmpty(), cancellation);
    int count = Math.max(prompt.count(), avoided.count());
    return new PromptEmbeds(
        hidden(prompt, count, cancellation),
        hidden(avoided, count, cancellation),
        Note.ofTruncated(prompt.truncated(), avoided.truncated()));
  }

  private Map<String, FloatTensor> hidden(Encoded encoded, int count, Cancellation cancellation) {
    return Map.of(PromptEmbeds.HIDDEN, text.hidden(encoded, EMBEDDING, count, cancellation));
  }

  @Override
  public void close() {
    resources.close();
  }
}
