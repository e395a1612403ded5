package io.spackle.family;

import io.spackle.family.Conditioning.Conditions;
import io.spackle.family.PromptEncoder.Encoded;
import io.spackle.graph.Cancellation;
import io.spackle.graph.CloseStack;
import io.spackle.graph.Device;
import io.spackle.graph.ModelBundle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Stable Diffusion 1.5, with an inpainting UNet or a plain one.
 *
 * <p>Computes what diffusers' {@code StableDiffusionInpaintPipeline} computes.
 */
final class Sd15Inpainter implements Inpainter {

  private static final String EMBEDDING = "last_hidden_state";

  private final Traits traits;
  private final PromptEncoder text;
  private final UnetPainter painter;
  private final CloseStack resources;

  private Sd15Inpainter(
      Traits traits, PromptEncoder text, UnetPainter painter, CloseStack resources) {
    this.traits = traits;
    this.text = text;
    this.painter = painter;
    this.resources = resources;
  }

  static Inpainter open(ModelBundle bundle, Device device) {
    try (CloseStack opening = new CloseStack()) {
      BundleParts parts = new BundleParts(bundle, device, opening);
      PromptEncoder text = parts.clip("tokenizer", "text_encoder", List.of(EMBEDDING));
      UnetPainter painter =
          parts.unetPainter(Set.of("sample", "timestep", "encoder_hidden_states"));
      parts.refuseProblems();
      return new Sd15Inpainter(traits(bundle), text, painter, opening.release());
    }
  }

  static Traits traits(ModelBundle bundle) {
    return UnetTraits.of("sd15", bundle, Limits.ofApi(), 50, 7.5, 1.0);
  }

  @Override
  public Traits traits() {
    return traits;
  }

  @Override
  public void check(StepPlan plan) {
    painter.check(plan);
  }

  @Override
  public PaintedBatch inpaint(StepPlan plan, List<Subject> subjects, Cancellation cancellation) {
    return painter.paint(plan, subjects, this::conditions, cancellation);
  }

  private Conditions conditions(StepPlan plan, List<Subject> subjects, Cancellation cancellation) {
    GuidedBatch hidden = new GuidedBatch(); // (1, 77, width) each
    List<Set<Note>> notes = new ArrayList<>();
    for (Subject subject : subjects) {
      Encoded prompt = text.encode(subject.prompt(), cancellation);
      if (plan.guided()) {
        Encoded avoided = text.encode(subject.negativePromptOrEmpty(), cancellation);
        hidden.add(avoided.output(EMBEDDING), prompt.output(EMBEDDING));
        notes.add(Note.ofTruncated(prompt.truncated(), avoided.truncated()));
      } else {
        hidden.add(prompt.output(EMBEDDING));
        notes.add(Note.ofTruncated(prompt.truncated(), false));
      }
    }
    return new Conditions(Map.of("encoder_hidden_states", hidden.toTensor()), notes);
  }

  @Override
  public void close() {
    resources.close();
  }
}
