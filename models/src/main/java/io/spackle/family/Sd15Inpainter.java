package io.spackle.family;

import io.spackle.bundle.ModelBundle;
import io.spackle.family.PromptEncoder.EncodedPrompt;
import io.spackle.graph.Cancellation;
import io.spackle.graph.CloseStack;
import io.spackle.graph.Device;
import io.spackle.scheduler.Run;
import io.spackle.tensor.FloatTensor;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Stable Diffusion 1.5, with an inpainting UNet or a plain one.
 *
 * <p>Computes what diffusers' {@code StableDiffusionInpaintPipeline} computes; weighted and long
 * prompts as AUTOMATIC1111's WebUI reads them.
 *
 * @param text the CLIP text encoder
 */
record Sd15Inpainter(ModelTraits traits, PromptEncoder text, UnetBackbone backbone)
    implements DiffusionModel {

  private static final String HIDDEN_STATES = "last_hidden_state";

  static Inpainter open(ModelBundle bundle, Device device) {
    try (CloseStack opening = new CloseStack()) {
      ComponentLoader components = new ComponentLoader(bundle, device, opening);
      UnetBackbone backbone =
          components.unetBackbone(Set.of("sample", "timestep", PromptEmbeds.HIDDEN_STATES));
      PromptEncoder text =
          components.clip(
              "tokenizer", "text_encoder", List.of(HIDDEN_STATES), backbone.maxSequences());
      components.rejectProblems();
      return new DiffusionInpainter(
          new Sd15Inpainter(traits(bundle), text, backbone), opening.release());
    }
  }

  static ModelTraits traits(ModelBundle bundle) {
    return UnetBackbone.traits(
        "sd15",
        bundle,
        Limits.ofApi(),
        new ModelTraits.Defaults(50, 7.5, 1.0, BundleSchedulers.defaultName(bundle)),
        ModelTraits.Guide.PROMPT);
  }

  @Override
  public boolean takesTimestepPerImage() {
    return UnetBackbone.takesTimestepPerImage(backbone.unet());
  }

  @Override
  public Run start(InpaintParameters parameters) {
    return UnetBackbone.start(backbone.schedulers(), parameters.sampling());
  }

  @Override
  public PromptEmbeds encodePrompt(
      InpaintParameters parameters, InpaintInput input, Cancellation cancellation) {
    EncodedPrompt prompt = text.encode(input.prompt(), cancellation);
    if (!parameters.sampling().isGuided()) {
      return new PromptEmbeds(
          hiddenStates(prompt, prompt.sequenceCount(), cancellation),
          Map.of(),
          Note.withoutNegative(prompt.truncated(), input));
    }
    EncodedPrompt negative = text.encode(input.negativePromptOrEmpty(), cancellation);
    int sequences = Math.max(prompt.sequenceCount(), negative.sequenceCount());
    return new PromptEmbeds(
        hiddenStates(prompt, sequences, cancellation),
        hiddenStates(negative, sequences, cancellation),
        Note.ofTruncated(prompt.truncated(), negative.truncated()));
  }

  /** (1, sequences x 77, 768). */
  private Map<String, FloatTensor> hiddenStates(
      EncodedPrompt prompt, int sequences, Cancellation cancellation) {
    return Map.of(
        PromptEmbeds.HIDDEN_STATES,
        text.hiddenStates(prompt, HIDDEN_STATES, sequences, cancellation));
  }

  @Override
  public DenoisingState prepareLatents(
      InpaintParameters parameters,
      InpaintInput input,
      PromptEmbeds prompt,
      Cancellation cancellation) {
    return backbone.prepareLatents(parameters, input, prompt, cancellation);
  }

  @Override
  public List<DenoisingState> step(List<DenoisingState> batch, Cancellation cancellation) {
    FloatTensor noisePrediction =
        backbone.unet().run(backbone.inputs(batch), "out_sample", cancellation);
    List<FloatTensor> guided = Guidance.apply(batch, noisePrediction); // (1, 4, h/8, w/8) each
    return backbone.blend(DenoisingState.step(batch, guided));
  }

  @Override
  public FloatTensor decode(DenoisingState done, Cancellation cancellation) {
    return backbone.vae().decode(done.latents(), cancellation);
  }
}
