package io.spackle.family;

import com.fasterxml.jackson.databind.JsonNode;
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
 * Stable Diffusion XL, with an inpainting UNet or a plain one.
 *
 * <p>Computes what diffusers' {@code StableDiffusionXLInpaintPipeline} computes: the hidden states
 * of two text encoders side by side, and the pooled embedding of the second and the size of the
 * image as further inputs.
 */
record SdxlInpainter(ModelTraits traits, TextEncoders text, UnetBackbone backbone, IndexFlags flags)
    implements DiffusionModel {

  private static final String POOLED = "text_embeds";
  private static final String TIME_IDS = "time_ids";
  private static final float AESTHETIC_SCORE = 6.0f;
  private static final float NEGATIVE_AESTHETIC_SCORE = 2.5f;

  /**
   * Flags of {@code model_index.json}.
   *
   * @param zerosForNoNegativePrompt whether no negative prompt stands for zeros; "" is encoded all
   *     the same
   * @param aestheticScore whether an aesthetic score takes the place of the target size
   */
  private record IndexFlags(boolean zerosForNoNegativePrompt, boolean aestheticScore) {

    static IndexFlags of(JsonNode index) {
      return new IndexFlags(
          index.path("force_zeros_for_empty_prompt").asBoolean(true),
          index.path("requires_aesthetics_score").asBoolean(false));
    }
  }

  /**
   * A prompt as both encoders read it.
   *
   * @param hiddenStates (1, tokens, 768 + 1280)
   * @param pooled (1, 1280)
   */
  private record Encoded(FloatTensor hiddenStates, FloatTensor pooled, boolean truncated) {

    Encoded zeros() {
      return new Encoded(
          FloatTensor.zeros(hiddenStates.shape()), FloatTensor.zeros(pooled.shape()), false);
    }

    Map<String, FloatTensor> inputs(FloatTensor timeIds) {
      return Map.of(PromptEmbeds.HIDDEN_STATES, hiddenStates, POOLED, pooled, TIME_IDS, timeIds);
    }
  }

  /**
   * Both text encoders.
   *
   * @param firstOutput the output of the first that is used, its last but one hidden states
   * @param secondOutput likewise
   */
  private record TextEncoders(
      PromptEncoder first, String firstOutput, PromptEncoder second, String secondOutput) {

    int sequenceCount(String prompt, Cancellation cancellation) {
      return Math.max(
          first.encode(prompt, cancellation).sequenceCount(),
          second.encode(prompt, cancellation).sequenceCount());
    }

    /**
     * Of a long prompt the pooled embedding of the first sequence is taken, as AUTOMATIC1111's
     * WebUI does: the model was trained with that of one sequence.
     *
     * @param sequences at least those of the prompt
     */
    Encoded encode(String prompt, int sequences, Cancellation cancellation) {
      EncodedPrompt one = first.encode(prompt, cancellation);
      EncodedPrompt two = second.encode(prompt, cancellation);
      return new Encoded(
          FloatTensor.concat(
              List.of(
                  first.hiddenStates(one, firstOutput, sequences, cancellation),
                  second.hiddenStates(two, secondOutput, sequences, cancellation)),
              2),
          two.output(POOLED),
          one.truncated() || two.truncated());
    }
  }

  static Inpainter open(ModelBundle bundle, Device device) {
    try (CloseStack opening = new CloseStack()) {
      ComponentLoader components = new ComponentLoader(bundle, device, opening);
      UnetBackbone backbone =
          components.unetBackbone(
              Set.of("sample", "timestep", PromptEmbeds.HIDDEN_STATES, POOLED, TIME_IDS));
      int sequences = backbone.maxSequences();
      String first = penultimate(bundle, "text_encoder");
      String second = penultimate(bundle, "text_encoder_2");
      TextEncoders text =
          new TextEncoders(
              components.clip("tokenizer", "text_encoder", List.of(first), sequences),
              first,
              components.clip("tokenizer_2", "text_encoder_2", List.of(second, POOLED), sequences),
              second);
      components.rejectProblems();
      return new DiffusionInpainter(
          new SdxlInpainter(traits(bundle), text, backbone, IndexFlags.of(bundle.index())),
          opening.release());
    }
  }

  static ModelTraits traits(ModelBundle bundle) {
    return UnetBackbone.traits(
        "sdxl",
        bundle,
        Limits.ofApi().withSides(1024, 1536),
        new ModelTraits.Defaults(50, 7.5, 0.9999, BundleSchedulers.defaultName(bundle)),
        ModelTraits.Guide.PROMPT);
  }

  /**
   * Hidden state 0 is the embedding before the first layer, so that the last one has the number of
   * layers.
   */
  private static String penultimate(ModelBundle bundle, String encoder) {
    int layers = bundle.requiredConfig(encoder).path("num_hidden_layers").asInt();
    return "hidden_states." + (layers - 1);
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
    int sequences = text.sequenceCount(input.prompt(), cancellation);
    if (!parameters.sampling().isGuided()) {
      Encoded prompt = text.encode(input.prompt(), sequences, cancellation);
      return new PromptEmbeds(
          prompt.inputs(timeIds(parameters, AESTHETIC_SCORE)),
          Map.of(),
          Note.withoutNegative(prompt.truncated(), input));
    }
    boolean zeros = input.negativePrompt() == null && flags.zerosForNoNegativePrompt();
    String negativePrompt = input.negativePromptOrEmpty();
    if (!zeros) {
      sequences = Math.max(sequences, text.sequenceCount(negativePrompt, cancellation));
    }
    Encoded prompt = text.encode(input.prompt(), sequences, cancellation);
    Encoded negative =
        zeros ? prompt.zeros() : text.encode(negativePrompt, sequences, cancellation);
    return new PromptEmbeds(
        prompt.inputs(timeIds(parameters, AESTHETIC_SCORE)),
        negative.inputs(timeIds(parameters, NEGATIVE_AESTHETIC_SCORE)),
        Note.ofTruncated(prompt.truncated(), negative.truncated()));
  }

  /** (1, 6): original size, top left corner of the crop, target size; (1, 5) with a score. */
  private FloatTensor timeIds(InpaintParameters parameters, float score) {
    float h = parameters.height();
    float w = parameters.width();
    float[] ids =
        flags.aestheticScore() ? new float[] {h, w, 0, 0, score} : new float[] {h, w, 0, 0, h, w};
    return FloatTensor.of(ids, 1, ids.length);
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
