package io.spackle.family;

import io.spackle.bundle.BundleOptions.PromptSyntax;
import io.spackle.bundle.ModelBundle;
import io.spackle.family.InpaintedBatch.Stage;
import io.spackle.family.PromptEncoder.Encoded;
import io.spackle.graph.Cancellation;
import io.spackle.graph.CloseStack;
import io.spackle.graph.Device;
import io.spackle.graph.Graph;
import io.spackle.scheduler.Run;
import io.spackle.scheduler.Schedulers;
import io.spackle.tensor.BatchNoise;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.LongTensor;
import io.spackle.tensor.Shape;
import io.spackle.tensor.Tensor;
import io.spackle.tensor.TorchNoise;
import io.spackle.text.PromptParser;
import io.spackle.text.WeightedPrompt;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Flux Fill: a transformer over packed latents that is shown the image with a hole and the mask at
 * full resolution.
 *
 * <p>Computes what diffusers' {@code FluxFillPipeline} computes. Guidance is an input of the
 * transformer: nothing is predicted twice, and a negative prompt has no part.
 */
final class FluxFillInpainter implements Inpainter {

  private static final String POOLED = "pooler_output";
  private static final String HIDDEN = "last_hidden_state";
  private static final int LATENT_CHANNELS = 16;
  private static final float TIMESTEPS = 1000;

  private final ModelTraits traits;
  private final Prompts prompts;
  private final Graph transformer;
  private final VaeCodec vae;
  private final BundleSchedulers schedulers;
  private final CloseStack resources;

  /** What one image or a batch gives the transformer, all (batch, tokens, channels). */
  private record Known(FloatTensor image, FloatTensor noise, FloatTensor shown) {}

  private record Prompts(PromptEncoder clip, PromptEncoder t5, PromptSyntax syntax) {

    /** A prompt without marks of emphasis: T5 reads sentences and was not trained with weights. */
    String text(String prompt, Set<Note> notes) {
      if (syntax == PromptSyntax.PLAIN) {
        return prompt;
      }
      WeightedPrompt weighted = PromptParser.parse(prompt);
      if (weighted.isWeighted()) {
        notes.add(Note.PROMPT_WEIGHTS_IGNORED);
      }
      return weighted.text();
    }
  }

  private record Conditions(FloatTensor hidden, FloatTensor pooled, List<Set<Note>> notes) {}

  private FluxFillInpainter(
      ModelTraits traits,
      Prompts prompts,
      Graph transformer,
      VaeCodec vae,
      BundleSchedulers schedulers,
      CloseStack resources) {
    this.traits = traits;
    this.prompts = prompts;
    this.transformer = transformer;
    this.vae = vae;
    this.schedulers = schedulers;
    this.resources = resources;
  }

  static Inpainter open(ModelBundle bundle, Device device) {
    try (CloseStack opening = new CloseStack()) {
      BundleParts parts = new BundleParts(bundle, device, opening);
      Prompts prompts =
          new Prompts(
              parts.clip("tokenizer", "text_encoder", List.of(POOLED)),
              parts.t5("tokenizer_2", "text_encoder_2", List.of(HIDDEN)),
              bundle.promptSyntax());
      Graph transformer =
          parts.graph(
              "transformer",
              Set.of(
                  "hidden_states",
                  "encoder_hidden_states",
                  "pooled_projections",
                  "timestep",
                  "img_ids",
                  "txt_ids",
                  "guidance"),
              Set.of("out_hidden_states"));
      VaeCodec vae = parts.vae(LATENT_CHANNELS);
      BundleSchedulers schedulers = parts.schedulers();
      parts.refuseProblems();
      return new FluxFillInpainter(
          traits(bundle), prompts, transformer, vae, schedulers, opening.release());
    }
  }

  static ModelTraits traits(ModelBundle bundle) {
    return new ModelTraits(
        "flux-fill",
        bundle.modelName(),
        1024,
        PackedLatents.PIXELS,
        PackedLatents.PIXELS,
        Limits.ofApi().withSides(1024, 1536).withGuidance(0, 100),
        50,
        30,
        1.0,
        BundleSchedulers.ownName(bundle),
        Schedulers.names(Schedulers.Kind.FLOW_MATCHING),
        false);
  }

  @Override
  public ModelTraits traits() {
    return traits;
  }

  @Override
  public void check(InpaintParameters plan) {
    schedulers.of(plan.sampler());
  }

  @Override
  public InpaintedBatch inpaint(
      InpaintParameters plan, List<InpaintInput> subjects, Cancellation cancellation) {
    EngineTimer clock = new EngineTimer();
    BatchNoise noise =
        new BatchNoise(subjects.stream().map(s -> TorchNoise.seeded(s.seed())).toList());
    Conditions conditions = clock.time(Stage.TEXT, () -> conditions(subjects, cancellation));
    Known known = clock.time(Stage.ENCODE, () -> known(plan, subjects, noise, cancellation));
    FloatTensor packed =
        clock.time(Stage.DENOISE, () -> denoise(plan, conditions, known, noise, cancellation));
    List<FloatTensor> decoded =
        clock.time(Stage.DECODE, () -> vae.decode(grid(plan).unpack(packed), cancellation));
    return new InpaintedBatch(
        DecodedImages.of(decoded, subjects, conditions.notes()), clock.timings());
  }

  private Conditions conditions(List<InpaintInput> subjects, Cancellation cancellation) {
    List<FloatTensor> hidden = new ArrayList<>(); // (1, T5 length, width) each
    List<FloatTensor> pooled = new ArrayList<>(); // (1, width) each
    List<Set<Note>> notes = new ArrayList<>();
    for (InpaintInput subject : subjects) {
      Set<Note> noted = EnumSet.noneOf(Note.class);
      String prompt = prompts.text(subject.prompt(), noted);
      Encoded whole = prompts.t5().encode(prompt, cancellation);
      hidden.add(whole.output(HIDDEN));
      pooled.add(prompts.clip().encode(prompt, cancellation).output(POOLED));
      noted.addAll(Note.ofTruncated(whole.truncated(), false));
      notes.add(noted);
    }
    return new Conditions(FloatTensor.concatBatch(hidden), FloatTensor.concatBatch(pooled), notes);
  }

  private Known known(
      InpaintParameters plan,
      List<InpaintInput> subjects,
      BatchNoise noise,
      Cancellation cancellation) {
    List<FloatTensor> images = new ArrayList<>();
    List<FloatTensor> noises = new ArrayList<>();
    List<FloatTensor> shown = new ArrayList<>();
    PackedLatents grid = grid(plan);
    for (int i = 0; i < subjects.size(); i++) {
      // In the order of the reference: image posterior, noise, posterior of the image with a
      // hole.
      InpaintInput subject = subjects.get(i);
      TorchNoise source = noise.sources().get(i);
      FloatTensor pixels = subject.image().toTensor();
      images.add(grid.pack(vae.encode(pixels, source, cancellation)));
      Shape shape = grid.latents(LATENT_CHANNELS);
      noises.add(grid.pack(new FloatTensor(source.next(shape.size()), shape)));
      FloatTensor holed = vae.encode(MaskedImage.of(pixels, subject.mask()), source, cancellation);
      shown.add(FloatTensor.concat(List.of(grid.pack(holed), grid.packMask(subject.mask())), 2));
    }
    return new Known(
        FloatTensor.concatBatch(images),
        FloatTensor.concatBatch(noises),
        FloatTensor.concatBatch(shown));
  }

  private FloatTensor denoise(
      InpaintParameters plan,
      Conditions conditions,
      Known known,
      BatchNoise noise,
      Cancellation cancellation) {
    Run run =
        schedulers
            .of(plan.sampler())
            .start(new Run.Spec(plan.steps(), skippedSteps(plan), grid(plan).tokens()));
    return DenoiseLoop.run(
        run,
        run.addNoise(known.image(), known.noise(), 0),
        noise,
        predictor(plan, conditions, known, cancellation),
        DenoiseLoop.AfterCall.NOTHING,
        cancellation);
  }

  /** Flux rounds the skipped steps down, where the SD pipelines round the kept ones. */
  private static int skippedSteps(InpaintParameters plan) {
    return (int) (plan.steps() - plan.steps() * plan.strength());
  }

  private DenoiseLoop.Predictor predictor(
      InpaintParameters plan, Conditions conditions, Known known, Cancellation cancellation) {
    int batch = known.image().batch();
    Map<String, Tensor> inputs = new HashMap<>();
    inputs.put("encoder_hidden_states", conditions.hidden());
    inputs.put("pooled_projections", conditions.pooled());
    inputs.put("img_ids", grid(plan).positions());
    inputs.put("txt_ids", LongTensor.zeros(conditions.hidden().shape().axis(1), 3));
    inputs.put("guidance", repeated((float) plan.guidanceScale(), batch));
    return (sample, timestep) -> {
      inputs.put("hidden_states", FloatTensor.concat(List.of(sample, known.shown()), 2));
      inputs.put("timestep", repeated(timestep / TIMESTEPS, batch));
      return transformer.run(inputs, cancellation).get("out_hidden_states");
    };
  }

  private static PackedLatents grid(InpaintParameters plan) {
    return PackedLatents.of(plan.width(), plan.height());
  }

  private static FloatTensor repeated(float value, int batch) {
    float[] values = new float[batch];
    Arrays.fill(values, value);
    return FloatTensor.of(values, batch);
  }

  @Override
  public void close() {
    resources.close();
  }
}
