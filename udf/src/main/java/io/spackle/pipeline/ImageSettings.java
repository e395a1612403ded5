package io.spackle.pipeline;

import io.spackle.codec.DecodeLimits;
import io.spackle.codec.OutputOptions;
import io.spackle.family.InpaintInput;
import io.spackle.family.ModelTraits;
import io.spackle.family.ModelTraits.Guide;
import io.spackle.graph.Cancellation;
import io.spackle.image.FramingOptions;
import io.spackle.mask.MaskSettings;
import io.spackle.provenance.MarkingOptions;
import io.spackle.row.ManifestRow;
import java.io.Serializable;

/**
 * The settings of a row's images.
 *
 * @param limits of an input image
 * @param referenceBackground the colour behind and around a reference image, 0xRRGGBB
 * @param framing to the size that the model generates, and pasting back
 * @param output what the output keeps of the init image, and its format
 * @param fill what a diffusion model finds in the masked region
 * @param extendOverlap pixels of an init image that are generated anew where its canvas is extended
 * @param marking what the output says besides its pixels
 * @param masks of rows, beside the files of their own
 */
public record ImageSettings(
    DecodeLimits limits,
    int referenceBackground,
    FramingOptions framing,
    OutputOptions output,
    Fill fill,
    int extendOverlap,
    MarkingOptions marking,
    MaskSettings masks)
    implements Serializable {

  /** What a diffusion model finds in the masked region, where it reads that at all. */
  public enum Fill {
    /** The pixels of the init image. */
    INIT,
    /** Patches of the init image's other pixels. */
    PATCHMATCH,
    /** The colour behind transparent pixels. */
    BACKGROUND
  }

  /** These settings with another framing. */
  ImageSettings withFraming(FramingOptions other) {
    return new ImageSettings(
        limits, referenceBackground, other, output, fill, extendOverlap, marking, masks);
  }

  /** These settings with other masks. */
  public ImageSettings withMasks(MaskSettings other) {
    return new ImageSettings(
        limits, referenceBackground, framing, output, fill, extendOverlap, marking, other);
  }

  /** Whether the masked region is filled before the model gets the row's image. */
  boolean fillsBefore(ManifestRow row, ModelTraits traits) {
    boolean readsMasked =
        traits.guide() == Guide.FILL || !traits.erases() && row.parameters().strength() < 1;
    return fill != Fill.INIT && readsMasked;
  }

  /** A model's input with the masked region filled. */
  InpaintInput filled(InpaintInput input, Cancellation cancellation) {
    return switch (fill) {
      case INIT -> input;
      case PATCHMATCH -> input.filled(1, cancellation); // rows share the cores
      case BACKGROUND -> input.filled(limits.background());
    };
  }

  /** Whether pixels of the row's init image are copied, so that it matters which may be. */
  public boolean copiesPixels(ManifestRow row, ModelTraits traits) {
    return traits.guide() == Guide.PATCHES || fill == Fill.PATCHMATCH && fillsBefore(row, traits);
  }

  /** Whether the row excludes pixels, but none is copied. */
  boolean hasUnusedExclusion(ManifestRow row, ModelTraits traits) {
    return row.locations().exclude() != null && !copiesPixels(row, traits);
  }
}
