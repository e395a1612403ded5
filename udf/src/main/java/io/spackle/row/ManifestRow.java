package io.spackle.row;

import io.spackle.family.InpaintInput;
import io.spackle.family.InpaintParameters;
import io.spackle.family.ModelTraits;
import io.spackle.image.CropCanvas;
import io.spackle.image.CropPadding;
import io.spackle.image.Extension;
import io.spackle.image.Frame;
import io.spackle.image.Framing;
import io.spackle.image.FramingOptions;
import io.spackle.image.Mask;
import io.spackle.image.MaskReduction;
import io.spackle.image.RgbImage;

/**
 * A valid manifest row: the API's request body with every default filled in.
 *
 * @param safetyChecker whether the generated images are checked
 * @param seed of the first sample, from 0; sample i has the seed {@code seed + i}
 */
public record ManifestRow(
    Names names,
    Locations locations,
    Prompts prompts,
    GenerationParameters parameters,
    boolean safetyChecker,
    long seed) {

  /**
   * What a row and its outputs are called.
   *
   * @param id given, or derived from the content
   * @param output the name of its images, with {@code {n}} for their numbers; null: after the id
   * @param trackId copied to the meta row, or null
   */
  public record Names(String id, String output, String trackId) {}

  /**
   * The input images: where they are, and how far the canvas of the first one grows.
   *
   * @param init the image to inpaint
   * @param mask what says where the image is to be generated
   * @param reference the image of a garment, or null if the row has none
   * @param exclude a mask, white where no pixel is copied into the masked region, or null; it is
   *     fetched only if pixels are copied
   * @param extension of the canvas of the init image, or null
   */
  public record Locations(
      String init, RowMask mask, String reference, String exclude, Extension extension) {

    /** Images of which none is extended. */
    public Locations(String init, RowMask mask, String reference, String exclude) {
      this(init, mask, reference, exclude, null);
    }
  }

  /**
   * The texts that guide the model.
   *
   * @param prompt what to generate; may be empty
   * @param negative what to avoid; may be empty, which differs from null, no negative prompt
   * @param enhanced takes the place of the prompt, or null if that is not enhanced
   * @param context of the reference image, if the row has one beside its prompt
   */
  public record Prompts(String prompt, String negative, String enhanced, ReferenceContext context) {

    /** The prompt that the model reads. */
    String effective() {
      return context.around(enhanced == null ? prompt : enhanced);
    }
  }

  /** The row's id. */
  public String id() {
    return names.id();
  }

  /** The track id, or null. */
  public String trackId() {
    return names.trackId();
  }

  /**
   * The row's images as the model gets them.
   *
   * @throws io.spackle.image.ImageException if the init image does not fit the requested size
   */
  public Frame frame(RgbImage init, Mask mask, ModelTraits traits, FramingOptions options) {
    if (traits.sizes().areOfImage()) {
      return Framing.unscaled(init, mask, options);
    }
    ModelTraits.Sizes sizes = traits.sizes();
    int width = traits.framedSide(parameters.width(), options.resize());
    int height = traits.framedSide(parameters.height(), options.resize());
    if (options.cropPadding().kind() != CropPadding.Kind.AUTO) {
      return Framing.frame(init, mask, width, height, sizes.multiple(), options);
    }
    CropCanvas canvas =
        CropCanvas.of(
            Framing.grownMask(init, mask, options),
            width,
            height,
            sizes.nativeSide(),
            sizes.multiple());
    return Framing.frame(
        init,
        mask,
        canvas.width(),
        canvas.height(),
        sizes.multiple(),
        options.withCropPadding(canvas.padding()));
  }

  /** The parameters that all samples of the row share. */
  public InpaintParameters inpaintParameters(Frame frame, MaskReduction maskReduction) {
    return new InpaintParameters(
        frame.image().width(),
        frame.image().height(),
        new InpaintParameters.Sampling(
            parameters.steps(),
            parameters.guidance(),
            parameters.strength(),
            parameters.scheduler()),
        maskReduction,
        safetyChecker,
        prompts.context().layout());
  }

  /**
   * The model's input for one sample of the row.
   *
   * @param reference the image of a garment, or null if the model uses none
   * @param sample from 0
   */
  public InpaintInput inpaintInput(Frame frame, RgbImage reference, int sample) {
    return new InpaintInput(
        frame.image(),
        frame.mask(),
        prompts.effective(),
        prompts.negative(),
        reference,
        seed + sample);
  }

  /** Whether the row asks for a size that the model does not follow. */
  public boolean hasUnusedSize(ModelTraits traits) {
    return traits.sizes().areOfImage()
        && Math.max(parameters.width(), parameters.height()) > GenerationParameters.SIDE_OF_IMAGE;
  }
}
