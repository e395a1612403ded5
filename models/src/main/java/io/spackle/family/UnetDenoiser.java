package io.spackle.family;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import io.spackle.family.InpaintedBatch.Stage;
import io.spackle.graph.Cancellation;
import io.spackle.graph.Graph;
import io.spackle.graph.TensorSpec;
import io.spackle.scheduler.Run;
import io.spackle.tensor.BatchNoise;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Shape;
import io.spackle.tensor.Tensor;
import io.spackle.tensor.TorchNoise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Masked latent diffusion with a UNet, shared by SD 1.5 and SDXL.
 *
 * <p>An inpainting UNet (nine channels) is shown the mask and the image with a hole beside the
 * noisy latents. A plain one (four channels) is not; there the kept part, brought to the noise
 * level of the step, replaces what was predicted after each call.
 *
 * @param seesMask whether the UNet takes nine channels
 */
record UnetDenoiser(Graph unet, VaeCodec vae, BundleSchedulers schedulers, boolean seesMask) {

  static final int LATENT_CHANNELS = 4;
  private static final int SEEN_CHANNELS = 9; // latents, mask, latents of the image with a hole

  /** Of one prompt: each makes every step dearer, and a manifest is not to be trusted. */
  private static final int MOST_SEQUENCES = 10;

  /**
   * The latents of a batch that its images give.
   *
   * @param image (batch, 4, h, w) of the whole image; null where nothing needs them
   * @param noise (batch, 4, h, w) standard Gaussian
   * @param mask (batch, 1, h, w) zeros and ones
   * @param holed (batch, 4, h, w) of the image with a hole; null where the UNet does not see them
   */
  private record Known(FloatTensor image, FloatTensor noise, FloatTensor mask, FloatTensor holed) {

    static Known concat(List<Known> parts) {
      return new Known(
          join(parts.stream().map(Known::image).toList()),
          join(parts.stream().map(Known::noise).toList()),
          join(parts.stream().map(Known::mask).toList()),
          join(parts.stream().map(Known::holed).toList()));
    }
  }

  /** Whether a UNet takes nine channels, read from its {@code sample} input. */
  static boolean seesMask(Graph unet) {
    TensorSpec sample = unet.inputs().get("sample");
    return sample != null && sample.rank() == 4 && sample.axes().get(1) == SEEN_CHANNELS;
  }

  /** How many sequences of a prompt the UNet takes: one where it was exported for one length. */
  int mostSequences() {
    TensorSpec prompts = unet.inputs().get(PromptEmbeds.HIDDEN);
    boolean anyLength = prompts != null && prompts.rank() == 3 && prompts.axes().get(1) < 0;
    return anyLength ? MOST_SEQUENCES : 1;
  }

  void check(InpaintParameters plan) {
    schedulers.of(plan.sampler());
  }

  /**
   * Paints a batch.
   *
   * <p>Prompts of different lengths go through the UNet one length after the other: padding to the
   * longest would make an image depend on its neighbours.
   */
  InpaintedBatch paint(
      InpaintParameters plan,
      List<InpaintInput> subjects,
      Conditioning conditioning,
      Cancellation cancellation) {
    EngineTimer clock = new EngineTimer();
    List<PromptEmbeds> conditions =
        clock.time(
            Stage.TEXT,
            () -> subjects.stream().map(s -> conditioning.of(plan, s, cancellation)).toList());
    Map<Integer, List<Integer>> byLength =
        IntStream.range(0, subjects.size())
            .boxed()
            .collect(groupingBy(i -> conditions.get(i).length(), TreeMap::new, toList()));
    InpaintedImage[] paintings = new InpaintedImage[subjects.size()];
    for (List<Integer> places : byLength.values()) {
      List<InpaintInput> alike = places.stream().map(subjects::get).toList();
      List<PromptEmbeds> told = places.stream().map(conditions::get).toList();
      List<InpaintedImage> painted = paint(plan, alike, told, clock, cancellation);
      for (int i = 0; i < places.size(); i++) {
        paintings[places.get(i)] = painted.get(i);
      }
    }
    return new InpaintedBatch(List.of(paintings), clock.timings());
  }

  private List<InpaintedImage> paint(
      InpaintParameters plan,
      List<InpaintInput> subjects,
      List<PromptEmbeds> conditions,
      EngineTimer clock,
      Cancellation cancellation) {
    BatchNoise noise =
        new BatchNoise(subjects.stream().map(s -> TorchNoise.seeded(s.seed())).toList());
    Known known = clock.time(Stage.ENCODE, () -> known(plan, subjects, noise, cancellation));
    Map<String, Tensor> inputs = PromptEmbeds.inputs(conditions);
    FloatTensor latents =
        clock.time(Stage.DENOISE, () -> denoise(plan, inputs, known, noise, cancellation));
    List<FloatTensor> decoded = clock.time(Stage.DECODE, () -> vae.decode(latents, cancellation));
    return DecodedImages.of(
        decoded, subjects, conditions.stream().map(PromptEmbeds::notes).toList());
  }

  private Known known(
      InpaintParameters plan,
      List<InpaintInput> subjects,
      BatchNoise noise,
      Cancellation cancellation) {
    List<Known> parts = new ArrayList<>();
    for (int i = 0; i < subjects.size(); i++) {
      parts.add(known(plan, subjects.get(i), noise.sources().get(i), cancellation));
    }
    return Known.concat(parts);
  }

  /**
   * Takes the draws of one image in the reference's order: image posterior, noise, posterior of the
   * holed image.
   */
  private Known known(
      InpaintParameters plan, InpaintInput subject, TorchNoise noise, Cancellation cancellation) {
    FloatTensor pixels = subject.image().toTensor();
    Shape shape =
        Shape.of(
            1, LATENT_CHANNELS, plan.height() / VaeCodec.FACTOR, plan.width() / VaeCodec.FACTOR);
    boolean imageNeeded = !plan.fromPureNoise() || !seesMask;
    FloatTensor image = imageNeeded ? vae.encode(pixels, noise, cancellation) : null;
    FloatTensor drawn = new FloatTensor(noise.next(shape.size()), shape);
    FloatTensor mask = plan.maskReduction().toLatents(subject.mask(), VaeCodec.FACTOR);
    if (!seesMask) {
      vae.skipDraw(shape, noise);
      return new Known(image, drawn, mask, null);
    }
    FloatTensor holed = vae.encode(MaskedImage.of(pixels, subject.mask()), noise, cancellation);
    return new Known(image, drawn, mask, holed);
  }

  private FloatTensor denoise(
      InpaintParameters plan,
      Map<String, Tensor> conditions,
      Known known,
      BatchNoise noise,
      Cancellation cancellation) {
    Run run =
        schedulers
            .of(plan.sampler())
            .start(new Run.Spec(plan.steps(), plan.steps() - plan.keptSteps(), 0));
    FloatTensor start =
        plan.fromPureNoise()
            ? scaled(known.noise(), run.initNoiseSigma())
            : run.addNoise(known.image(), known.noise(), 0);
    return DenoiseLoop.run(
        run,
        start,
        noise,
        predictor(plan, conditions, known, cancellation),
        seesMask ? DenoiseLoop.AfterCall.NOTHING : blend(run, known),
        cancellation);
  }

  private DenoiseLoop.Predictor predictor(
      InpaintParameters plan,
      Map<String, Tensor> conditions,
      Known known,
      Cancellation cancellation) {
    Guidance guidance = new Guidance(plan.guidanceScale());
    FloatTensor shown =
        seesMask
            ? guidance.twice(FloatTensor.concat(List.of(known.mask(), known.holed()), 1))
            : null;
    Map<String, Tensor> inputs = new HashMap<>(conditions);
    return (sample, timestep) -> {
      FloatTensor latents = guidance.twice(sample);
      inputs.put("sample", seesMask ? FloatTensor.concat(List.of(latents, shown), 1) : latents);
      inputs.put("timestep", FloatTensor.of(new float[] {timestep}, 1));
      return guidance.merge(unet.run(inputs, cancellation).get("out_sample"));
    };
  }

  /**
   * After each call the kept part is put back, at the noise level of the next call; clean after the
   * last.
   */
  private static DenoiseLoop.AfterCall blend(Run run, Known known) {
    return (sample, call) -> {
      boolean last = call == run.calls() - 1;
      FloatTensor kept =
          last ? known.image() : run.addNoise(known.image(), known.noise(), call + 1);
      return mix(kept, sample, known.mask());
    };
  }

  /** {@code (1 - m) * kept + m * painted}, the mask repeated over the channels. */
  private static FloatTensor mix(FloatTensor kept, FloatTensor painted, FloatTensor mask) {
    int plane = painted.shape().axis(2) * painted.shape().axis(3);
    int channels = painted.shape().axis(1);
    float[] mixed = new float[painted.data().length];
    for (int i = 0; i < mixed.length; i++) {
      float m = mask.data()[i / (channels * plane) * plane + i % plane];
      mixed[i] = (1 - m) * kept.data()[i] + m * painted.data()[i];
    }
    return new FloatTensor(mixed, painted.shape());
  }

  private static FloatTensor scaled(FloatTensor noise, float sigma) {
    float[] scaled = new float[noise.data().length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = noise.data()[i] * sigma;
    }
    return new FloatTensor(scaled, noise.shape());
  }

  private static FloatTensor join(List<FloatTensor> parts) {
    return parts.get(0) == null ? null : FloatTensor.concatBatch(parts);
  }
}
