package io.spackle.family;

import io.spackle.bundle.ModelBundle;
import io.spackle.graph.Cancellation;
import io.spackle.graph.CloseStack;
import io.spackle.graph.Device;
import io.spackle.graph.Graph;
import io.spackle.image.RgbImage;
import io.spackle.scheduler.Run;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Shape;
import io.spackle.tensor.Tensor;
import io.spackle.tensor.TorchNoise;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * CatVTON: virtual try-on of the garment in a reference image, without text. Person and garment are
 * one sample, the garment's latents below the person's.
 *
 * <p>Computes what Chong et al., "CatVTON: Concatenation Is All You Need for Virtual Try-On with
 * Diffusion Models" (ICLR 2025), describe, with one noise stream per image.
 */
record CatVtonInpainter(ModelTraits traits, Graph unet, VaeCodec vae, BundleSchedulers schedulers)
    implements DiffusionModel {

  private static final int LATENT_CHANNELS = 4;
  private static final int WIDTH_AXIS = 3;
  private static final int HEIGHT_AXIS = 2;

  static Inpainter open(ModelBundle bundle, Device device) {
    try (CloseStack opening = new CloseStack()) {
      ComponentLoader components = new ComponentLoader(bundle, device, opening);
      CatVtonInpainter model =
          new CatVtonInpainter(
              traits(bundle),
              components.denoiser(Set.of("sample", "timestep")),
              components.vae(LATENT_CHANNELS),
              components.schedulers(Map.of("eta", 1.0)));
      components.rejectProblems();
      return new DiffusionInpainter(model, opening.release());
    }
  }

  static ModelTraits traits(ModelBundle bundle) {
    return UnetBackbone.traits(
        "catvton",
        bundle,
        Limits.ofApi().withSides(1024, 1536).withGuidance(0, 20),
        new ModelTraits.Defaults(50, 2.5, 1.0, BundleSchedulers.defaultName(bundle)),
        ModelTraits.Guide.REFERENCE);
  }

  @Override
  public boolean takesTimestepPerImage() {
    return UnetBackbone.takesTimestepPerImage(unet);
  }

  @Override
  public Run start(InpaintParameters parameters) {
    return UnetBackbone.start(schedulers, parameters.sampling());
  }

  @Override
  public PromptEmbeds encodePrompt(
      InpaintParameters parameters, InpaintInput input, Cancellation cancellation) {
    if (input.reference() == null) {
      throw new IllegalArgumentException(
          "no reference image found, that of a garment expected: "
              + traits.family()
              + " needs one");
    }
    Set<Note> notes = EnumSet.noneOf(Note.class);
    if (!input.prompt().isBlank() || input.negativePrompt() != null) {
      notes.add(Note.PROMPT_UNUSED);
    }
    return new PromptEmbeds(Map.of(), Map.of(), notes);
  }

  @Override
  public DenoisingState prepareLatents(
      InpaintParameters parameters,
      InpaintInput input,
      PromptEmbeds prompt,
      Cancellation cancellation) {
    RgbImage garment = input.referenceWithin(parameters.width(), parameters.height());
    Run run = start(parameters);

    // The draws of one image, in this order: masked person, garment, noise; of the person last.
    TorchNoise generator = TorchNoise.seeded(input.seed());
    FloatTensor maskedPerson = vae.encodeMasked(input, generator, cancellation);
    FloatTensor garmentLatents = vae.encode(garment, generator, cancellation);
    Shape shape = below(maskedPerson, garmentLatents).shape(); // (1, 4, 2 x h/8, w/8)
    FloatTensor noise = new FloatTensor(generator.next(shape.size()), shape);

    FloatTensor mask = parameters.maskReduction().toLatents(input.mask(), VaeCodec.FACTOR);
    FloatTensor conditioning = // (1, 5, 2 x h/8, w/8): mask, then masked person above garment
        FloatTensor.concat(
            List.of(
                below(mask, FloatTensor.zeros(mask.shape())), below(maskedPerson, garmentLatents)),
            1);
    FloatTensor latents = noise.times(run.initNoiseSigma());
    if (!parameters.sampling().startsFromPureNoise()) {
      FloatTensor person = vae.encode(input.image(), generator, cancellation);
      latents = run.addNoise(below(person, garmentLatents), noise, 0);
    }
    return new DenoisingState(parameters, latents, prompt, conditioning, null, run, generator, 0);
  }

  @Override
  public List<DenoisingState> step(List<DenoisingState> batch, Cancellation cancellation) {
    FloatTensor latents =
        FloatTensor.concatBatch(Guidance.rows(batch, DenoisingState::scaledLatents));
    FloatTensor conditioning =
        Guidance.rows(
            batch, image -> withoutGarment(image.conditioning()), DenoisingState::conditioning);
    Map<String, Tensor> inputs = new HashMap<>();
    inputs.put("sample", FloatTensor.concat(List.of(latents, conditioning), 1));
    inputs.put(
        "timestep",
        UnetBackbone.timestep(unet, Guidance.rows(batch, DenoisingState::timestepTensor)));
    FloatTensor noisePrediction = unet.run(inputs, "out_sample", cancellation);
    return DenoisingState.step(batch, Guidance.apply(batch, noisePrediction));
  }

  @Override
  public FloatTensor decode(DenoisingState done, Cancellation cancellation) {
    return vae.decode(upperHalf(done.latents()), cancellation);
  }

  /** Two tensors, the second below the first: (1, channels, 2 x h, w). */
  private static FloatTensor below(FloatTensor upper, FloatTensor lower) {
    return FloatTensor.concat(List.of(upper, lower), HEIGHT_AXIS);
  }

  /** The conditioning of the unguided branch: latents of zero in place of the garment's. */
  private static FloatTensor withoutGarment(FloatTensor conditioning) {
    float[] values = conditioning.data().clone();
    int half = conditioning.shape().axis(HEIGHT_AXIS) * conditioning.shape().axis(WIDTH_AXIS) / 2;
    for (int i = 0; i < values.length; i++) {
      if (i / half % 2 == 1) {
        values[i] = 0;
      }
    }
    return new FloatTensor(values, conditioning.shape());
  }

  /** (1, 4, h/8, w/8): the person without the garment. */
  private static FloatTensor upperHalf(FloatTensor latents) {
    Shape shape = latents.shape();
    int half = shape.axis(HEIGHT_AXIS) * shape.axis(WIDTH_AXIS) / 2;
    float[] upper = new float[latents.data().length / 2];
    for (int channel = 0; channel < LATENT_CHANNELS; channel++) {
      System.arraycopy(latents.data(), 2 * channel * half, upper, channel * half, half);
    }
    return FloatTensor.of(
        upper, 1, LATENT_CHANNELS, shape.axis(HEIGHT_AXIS) / 2, shape.axis(WIDTH_AXIS));
  }
}
