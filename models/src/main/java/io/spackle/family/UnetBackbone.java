package io.spackle.family;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.spackle.bundle.ModelBundle;
import io.spackle.family.DenoisingState.KeptLatents;
import io.spackle.family.InpaintParameters.Sampling;
import io.spackle.graph.Cancellation;
import io.spackle.graph.Graph;
import io.spackle.graph.TensorSpec;
import io.spackle.onnx.UnetCopy;
import io.spackle.scheduler.Run;
import io.spackle.scheduler.Schedulers;
import io.spackle.tensor.FloatParts;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Shape;
import io.spackle.tensor.Tensor;
import io.spackle.tensor.TorchNoise;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What SD 1.5 and SDXL share: a UNet with its autoencoder and schedulers.
 *
 * <p>An inpainting UNet takes nine channels: latents, mask and masked image latents. A plain one
 * takes the four of the latents; the kept part of the image is blended in after each call instead.
 *
 * @param seesMask whether the UNet takes nine channels
 */
record UnetBackbone(Graph unet, VaeCodec vae, BundleSchedulers schedulers, boolean seesMask) {

  static final int LATENT_CHANNELS = 4;
  private static final int INPAINTING_CHANNELS = 9; // latents, mask, masked image latents

  /** A limit on prompts from a manifest: each sequence makes every step slower. */
  private static final int MAX_SEQUENCES = 10;

  /** What legacy folders leave out, which lack {@code unet/config.json}. */
  private static final int SD15_LATENT_SIDE = 64;

  private static final int SD15_LEVELS = 4;

  /** Whether a UNet takes nine channels, read from its {@code sample} input. */
  static boolean seesMask(Graph unet) {
    TensorSpec sample = unet.inputs().get("sample");
    return sample != null && sample.rank() == 4 && sample.axes().get(1) == INPAINTING_CHANNELS;
  }

  /** How many sequences of a prompt the UNet takes: one where it was exported for one length. */
  int maxSequences() {
    TensorSpec prompts = unet.inputs().get(PromptEmbeds.HIDDEN_STATES);
    boolean anyLength = prompts != null && prompts.rank() == 3 && prompts.axes().get(1) < 0;
    return anyLength ? MAX_SEQUENCES : 1;
  }

  /** The traits of a UNet family, its sizes read from {@code unet/config.json}. */
  static ModelTraits traits(
      String family,
      ModelBundle bundle,
      Limits limits,
      ModelTraits.Defaults defaults,
      ModelTraits.Guide guide) {
    JsonNode unet = bundle.config("unet").orElse(MissingNode.getInstance());
    int nativeSide = VaeCodec.FACTOR * unet.path("sample_size").asInt(SD15_LATENT_SIDE);
    return new ModelTraits(
        family,
        bundle.modelName(),
        new ModelTraits.Sizes(nativeSide, sizeMultiple(unet), 1),
        limits,
        defaults,
        Schedulers.names(Schedulers.Kind.DIFFUSION),
        guide);
  }

  /** Each level but the last halves the latents; the halves must be whole to be joined again. */
  private static int sizeMultiple(JsonNode unet) {
    int levels = unet.path("block_out_channels").size();
    return VaeCodec.FACTOR << ((levels == 0 ? SD15_LEVELS : levels) - 1);
  }

  /** The latents of one image at the noise level of the first call. */
  DenoisingState prepareLatents(
      InpaintParameters parameters,
      InpaintInput input,
      PromptEmbeds prompt,
      Cancellation cancellation) {
    Shape shape = latentShape(parameters); // (1, 4, h/8, w/8)
    Run run = start(schedulers, parameters.sampling());
    boolean startsFromNoise = parameters.sampling().startsFromPureNoise();

    // The draws of the reference, in its order: image posterior, noise, masked image posterior.
    TorchNoise generator = TorchNoise.seeded(input.seed());
    FloatTensor imageLatents =
        startsFromNoise && seesMask ? null : vae.encode(input.image(), generator, cancellation);
    FloatTensor noise = new FloatTensor(generator.next(shape.size()), shape);
    FloatTensor mask = parameters.maskReduction().toLatents(input.mask(), VaeCodec.FACTOR);
    FloatTensor conditioning = null; // (1, 5, h/8, w/8): mask, masked image latents
    if (seesMask) {
      FloatTensor maskedImageLatents = vae.encodeMasked(input, generator, cancellation);
      conditioning = FloatTensor.concat(List.of(mask, maskedImageLatents), 1);
    } else {
      vae.skipDraw(shape, generator);
    }

    FloatTensor latents =
        startsFromNoise ? noise.times(run.initNoiseSigma()) : run.addNoise(imageLatents, noise, 0);
    KeptLatents kept = seesMask ? null : new KeptLatents(imageLatents, noise, mask);
    return new DenoisingState(parameters, latents, prompt, conditioning, kept, run, generator, 0);
  }

  private static Shape latentShape(InpaintParameters parameters) {
    return Shape.of(
        1,
        LATENT_CHANNELS,
        parameters.height() / VaeCodec.FACTOR,
        parameters.width() / VaeCodec.FACTOR);
  }

  /** The SD pipelines of diffusers keep {@code min(int(steps * strength), steps)} steps. */
  static Run start(BundleSchedulers schedulers, Sampling sampling) {
    int kept = Math.min((int) (sampling.steps() * sampling.strength()), sampling.steps());
    Run.Spec spec = new Run.Spec(sampling.steps(), sampling.steps() - kept, 0);
    return schedulers.of(sampling.scheduler()).start(spec);
  }

  /**
   * The inputs of the UNet: {@code sample}, {@code timestep}, and those of the prompts. The sample
   * is the scaled latents for a plain UNet, (rows, 4, h/8, w/8); with mask and masked image latents
   * for an inpainting one, (rows, 9, h/8, w/8). A UNet whose rows share what does not depend on the
   * prompt takes one row of sample and timestep for each image, and the index of the image of each
   * row of the prompts.
   */
  Map<String, Tensor> inputs(List<DenoisingState> batch) {
    Map<String, Tensor> inputs = PromptEmbeds.inputs(batch);
    if (sharesRows()) {
      inputs.put(UnetCopy.SAMPLE_INDEX, Guidance.imageIndex(batch));
    }
    inputs.put("sample", FloatParts.ofRows(rows(batch, this::sample)));
    inputs.put("timestep", timestep(unet, rows(batch, DenoisingState::timestepTensor)));
    return inputs;
  }

  private boolean sharesRows() {
    return unet.inputs().containsKey(UnetCopy.SAMPLE_INDEX);
  }

  private <T> List<T> rows(List<DenoisingState> batch, Function<DenoisingState, T> of) {
    return sharesRows() ? batch.stream().map(of).toList() : Guidance.rows(batch, of);
  }

  /** Of one image. What does not change from step to step stays in the memory of the graph. */
  private List<FloatTensor> sample(DenoisingState image) {
    return seesMask
        ? List.of(image.scaledLatents(), image.conditioning())
        : List.of(image.scaledLatents());
  }

  /** Whether a UNet takes a timestep for each row of its batch. */
  static boolean takesTimestepPerImage(Graph unet) {
    return unet.inputs().get("timestep").axes().equals(List.of(-1L));
  }

  /**
   * The {@code timestep} input of a UNet: (rows), or (1) if it takes one for all.
   *
   * @param rows the timestep of each row, (1)
   */
  static FloatTensor timestep(Graph unet, List<FloatTensor> rows) {
    return takesTimestepPerImage(unet) ? FloatTensor.concatBatch(rows) : rows.get(0);
  }

  /** For a plain UNet the image's own latents outside the mask; nothing for an inpainting one. */
  List<DenoisingState> blend(List<DenoisingState> batch) {
    return seesMask ? batch : batch.stream().map(DenoisingState::withKeptLatents).toList();
  }
}
