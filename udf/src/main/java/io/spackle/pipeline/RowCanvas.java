package io.spackle.pipeline;

import io.spackle.codec.DecodeLimits;
import io.spackle.codec.ImageCodec;
import io.spackle.codec.ImageCodec.ImageInfo;
import io.spackle.codec.MaskReading;
import io.spackle.codec.SourceImage;
import io.spackle.family.ModelTraits;
import io.spackle.image.Canvas;
import io.spackle.image.CropPadding;
import io.spackle.image.Extension;
import io.spackle.image.Framing;
import io.spackle.image.FramingOptions;
import io.spackle.image.FramingOptions.Resize;
import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import io.spackle.image.Mask;
import io.spackle.image.Region;
import io.spackle.row.ManifestRow;
import io.spackle.row.RowColumns;
import java.util.Optional;

/**
 * The extended canvas of a row, on which its images are placed before they are framed.
 *
 * <p>What is new is masked, and so are a few pixels of the init image along the join, where the
 * blending ends before the image does: neither a frame of the image nor the fill under the mask
 * shows.
 */
record RowCanvas(Canvas canvas, ManifestRow row, ImageSettings settings) {

  /** Pixels of the masked part of an init image that are blended with nothing of it. */
  private static final int UNBLENDED = 2;

  /** The part of the model's longer side that is context, where the model sees a crop. */
  private static final int CONTEXT = 4;

  /**
   * The pixels of the extended canvas, 0 if there is none.
   *
   * @param init the file of the init image
   * @throws ImageException if the canvas exceeds the limits, or has no room for the image
   */
  static long pixels(ManifestRow row, byte[] init, DecodeLimits limits) {
    Extension extension = row.locations().extension();
    if (extension == null) {
      return 0;
    }
    ImageInfo info = ImageCodec.info(init, limits);
    return RowFailures.naming(
        RowColumns.EXTEND, () -> checked(extension, info.width(), info.height(), limits).pixels());
  }

  private static Canvas checked(Extension extension, int width, int height, DecodeLimits limits) {
    Canvas canvas = extension.canvas(width, height);
    if (canvas.pixels() > limits.maxPixels()
        || Math.max(canvas.width(), canvas.height()) > limits.maxSide()) {
      throw new ImageException(
          Reason.TOO_LARGE,
          "%s makes %d x %d of %d x %d pixels, the limits are %d in total and %d a side: extend less, or raise fetch.max-pixels"
              .formatted(
                  extension,
                  canvas.width(),
                  canvas.height(),
                  width,
                  height,
                  limits.maxPixels(),
                  limits.maxSide()));
    }
    return canvas;
  }

  /** The canvas of a row, empty if it is not to be extended. */
  static Optional<RowCanvas> of(ManifestRow row, SourceImage init, ImageSettings settings) {
    return Optional.ofNullable(row.locations().extension())
        .map(extension -> extension.canvas(init.rgb().width(), init.rgb().height()))
        .map(canvas -> new RowCanvas(canvas, row, settings));
  }

  /** Whether the init image has the requested proportions or size already. */
  boolean isUnchanged() {
    return canvas.isUnchanged();
  }

  /**
   * The images of the row on the canvas.
   *
   * @param images of which the masks have any size
   */
  FramedRow.Images place(FramedRow.Images images) {
    Mask ofInit = sized(images.mask().mask()).grown(settings.framing().maskGrow());
    Mask mask = canvas.place(ofInit).or(canvas.mask(masked()));
    return new FramedRow.Images(
        images.init().extended(canvas, masked(), masked() - settings.framing().maskBlur()),
        new MaskReading(mask, images.mask().findings()),
        images.reference(),
        images.exclude() == null ? null : canvas.place(sized(images.exclude())));
  }

  /** The pixels of the init image along the join that are masked. */
  private int masked() {
    return Math.max(settings.extendOverlap(), settings.framing().maskBlur() + UNBLENDED);
  }

  private Mask sized(Mask ofInit) {
    Region image = canvas.image();
    return settings.framing().sized(ofInit, image.width(), image.height());
  }

  /**
   * The settings for the canvas: the output has its size. A model that cannot take all of it sees
   * the surroundings of the mask, if these are smaller.
   *
   * @param mask of the canvas
   */
  ImageSettings settings(Mask mask, ModelTraits traits) {
    FramingOptions options =
        settings.framing().withResize(Resize.ORIGINAL).withMaskGrow(0); // it is grown already
    int width = row.parameters().width();
    int height = row.parameters().height();
    boolean reduced = canvas.width() > width || canvas.height() > height;
    if (!traits.sizes().areOfImage() && reduced && !options.cropPadding().crops()) {
      int context = Math.max(width, height) / CONTEXT;
      if (Framing.crops(mask, width, height, context)) {
        options = options.withCropPadding(CropPadding.of(context));
      }
    }
    return settings.withFraming(options);
  }
}
