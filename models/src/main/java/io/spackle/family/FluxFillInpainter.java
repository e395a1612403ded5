package io.spackle.family;

import io.spackle.bundle.BundleOptions.PromptSyntax;
import io.spackle.bundle.ModelBundle;
import io.spackle.family.PromptEncoder.EncodedPrompt;
import io.spackle.graph.Cancellation;
import io.spackle.graph.CloseStack;
import io.spackle.graph.Device;
import io.spackle.graph.Graph;
import io.spackle.scheduler.Run;
import io.spackle.scheduler.Schedulers;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.LongTensor;
import io.spackle.tensor.Shape;
import io.spackle.tensor.Tensor;
import io.spackle.tensor.TorchNoise;
import io.spackle.text.PromptParser;
import io.spackle.text.WeightedPrompt;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Flux Fill: a transformer over packed latents that sees the masked image and the mask at full
 * resolution.
 *
 * <p>Computes what diffusers' {@code FluxFillPipeline} computes. Guidance is an input of the
 * transformer: nothing is predicted twice, and a negative prompt has no effect.
 *
 * @param clip gives the pooled embedding of a prompt
 * @param t5 gives its hidden states
 */
record FluxFillInpainter(
    ModelTraits traits,
    PromptEncoder clip,
    PromptEncoder t5,
    PromptSyntax syntax,
    Graph transformer,
    VaeCodec vae,
    BundleSchedulers schedulers)
    implements DiffusionModel {

  private static final String CLIP_OUTPUT = "pooler_output";
  private static final String T5_OUTPUT = "last_hidden_state";
  private static final String POOLED = "pooled_projections";
  private static final int LATENT_CHANNELS = 16;
  private static final float TIMESTEPS = 1000;

  static Inpainter open(ModelBundle bundle, Device device) {
    try (CloseStack opening = new CloseStack()) {
      ComponentLoader components = new ComponentLoader(bundle, device, opening);
      Set<String> inputs =
          Set.of(
              "hidden_states",
              PromptEmbeds.HIDDEN_STATES,
              POOLED,
              "timestep",
              "img_ids",
              "txt_ids",
              "guidance");
      FluxFillInpainter model =
          new FluxFillInpainter(
              traits(bundle),
              components.clip("tokenizer", "text_encoder", List.of(CLIP_OUTPUT)),
              components.t5("tokenizer_2", "text_encoder_2", List.of(T5_OUTPUT)),
              bundle.promptSyntax(),
              components.graph("transformer", inputs, Set.of("out_hidden_states")),
              components.vae(LATENT_CHANNELS),
              components.schedulers());
      components.rejectProblems();
      return new DiffusionInpainter(model, opening.release());
    }
  }

  static ModelTraits traits(ModelBundle bundle) {
    return new ModelTraits(
        "flux-fill",
        bundle.modelName(),
        new ModelTraits.Sizes(1024, PackedLatents.PIXELS, PackedLatents.PIXELS),
        Limits.ofApi().withSides(1024, 1536).withDistilledGuidance(0, 100),
        new ModelTraits.Defaults(50, 30, 1.0, BundleSchedulers.defaultName(bundle)),
        Schedulers.names(Schedulers.Kind.FLOW_MATCHING),
        ModelTraits.Guide.PROMPT);
  }

  @Override
  public boolean takesTimestepPerImage() {
    return true;
  }

  /** Flux rounds the skipped steps down, where the SD pipelines round the kept ones. */
  @Override
  public Run start(InpaintParameters parameters) {
    int steps = parameters.sampling().steps();
    int skipped = (int) (steps - steps * parameters.sampling().strength());
    return schedulers
        .of(parameters.sampling().scheduler())
        .start(new Run.Spec(steps, skipped, grid(parameters).tokens()));
  }

  @Override
  public PromptEmbeds encodePrompt(
      InpaintParameters parameters, InpaintInput input, Cancellation cancellation) {
    Set<Note> notes = EnumSet.noneOf(Note.class);
    String prompt = withoutWeights(input.prompt(), notes);
    EncodedPrompt encoded = t5.encode(prompt, cancellation);
    notes.addAll(Note.withoutNegative(encoded.truncated(), input));
    Map<String, FloatTensor> embeds =
        Map.of(
            PromptEmbeds.HIDDEN_STATES,
            encoded.output(T5_OUTPUT), // (1, 512, 4096)
            POOLED,
            clip.encode(prompt, cancellation).output(CLIP_OUTPUT)); // (1, 768)
    return new PromptEmbeds(embeds, Map.of(), notes);
  }

  /** T5 reads sentences and was not trained with weights. */
  private String withoutWeights(String prompt, Set<Note> notes) {
    if (syntax == PromptSyntax.PLAIN) {
      return prompt;
    }
    WeightedPrompt weighted = PromptParser.parse(prompt);
    if (weighted.isWeighted()) {
      notes.add(Note.PROMPT_WEIGHTS_IGNORED);
    }
    return weighted.text();
  }

  @Override
  public DenoisingState prepareLatents(
      InpaintParameters parameters,
      InpaintInput input,
      PromptEmbeds prompt,
      Cancellation cancellation) {
    PackedLatents grid = grid(parameters);
    Shape shape = grid.latents(LATENT_CHANNELS); // (1, 16, h/8, w/8)
    Run run = start(parameters);

    // The draws of the reference, in its order: image posterior, noise, masked image posterior.
    TorchNoise generator = TorchNoise.seeded(input.seed());
    FloatTensor imageLatents;
    if (run.startsFromNoise()) {
      imageLatents = grid.pack(FloatTensor.zeros(shape)); // they have no weight
      vae.skipDraw(shape, generator);
    } else {
      imageLatents = grid.pack(vae.encode(input.image(), generator, cancellation));
    }
    FloatTensor noise = grid.pack(new FloatTensor(generator.next(shape.size()), shape));
    FloatTensor maskedImageLatents = grid.pack(vae.encodeMasked(input, generator, cancellation));

    FloatTensor conditioning = // (1, tokens, 64 + 256)
        FloatTensor.concat(List.of(maskedImageLatents, grid.packMask(input.mask())), 2);
    FloatTensor latents = run.addNoise(imageLatents, noise, 0); // (1, tokens, 64)
    return new DenoisingState(parameters, latents, prompt, conditioning, null, run, generator, 0);
  }

  @Override
  public List<DenoisingState> step(List<DenoisingState> batch, Cancellation cancellation) {
    FloatTensor latents = gather(batch, DenoisingState::scaledLatents); // (batch, tokens, 64)
    FloatTensor conditioning = gather(batch, DenoisingState::conditioning);
    Map<String, Tensor> inputs = PromptEmbeds.inputs(batch);
    inputs.put("hidden_states", FloatTensor.concat(List.of(latents, conditioning), 2));
    inputs.put("timestep", gather(batch, image -> scalar(image.timestep() / TIMESTEPS)));
    inputs.put(
        "guidance",
        gather(batch, image -> scalar((float) image.parameters().sampling().guidance().scale())));
    inputs.put("img_ids", grid(batch.get(0).parameters()).positions());
    inputs.put("txt_ids", LongTensor.zeros(batch.get(0).prompt().length(), 3));
    FloatTensor prediction = transformer.run(inputs, "out_hidden_states", cancellation);
    return DenoisingState.step(
        batch, IntStream.range(0, batch.size()).mapToObj(prediction::item).toList());
  }

  @Override
  public FloatTensor decode(DenoisingState done, Cancellation cancellation) {
    return vae.decode(grid(done.parameters()).unpack(done.latents()), cancellation);
  }

  private static PackedLatents grid(InpaintParameters parameters) {
    return PackedLatents.of(parameters.width(), parameters.height());
  }

  /** A tensor of each image, (1, ...), as (batch, ...). */
  private static FloatTensor gather(
      List<DenoisingState> batch, Function<DenoisingState, FloatTensor> tensor) {
    return FloatTensor.concatBatch(batch.stream().map(tensor).toList());
  }

  /** (1). */
  private static FloatTensor scalar(float value) {
    return FloatTensor.of(new float[] {value}, 1);
  }
}
