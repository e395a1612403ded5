package io.spackle.pipeline;

import io.spackle.codec.MaskReading;
import io.spackle.codec.SourceImage;
import io.spackle.family.InpaintInput;
import io.spackle.family.InpaintInput.Sources;
import io.spackle.family.ModelTraits;
import io.spackle.image.Frame;
import io.spackle.image.Letterbox;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import io.spackle.row.ManifestRow;
import java.util.Optional;

/**
 * The images of a row as a model gets them.
 *
 * @param source the init image
 * @param alpha the alpha as an image, for an eraser that fills it as it fills colours
 * @param reference of the size of the frame's image; null if the row has none
 * @param sources which pixels may be copied
 * @param isFilled whether {@link #input} must be filled before the model gets it
 */
public record FramedRow(
    ManifestRow row,
    SourceImage source,
    Frame frame,
    Optional<Frame> alpha,
    RgbImage reference,
    Sources sources,
    boolean isFilled) {

  /** Bytes per pixel of a decoded image and its mask. */
  private static final long BYTES_DECODED = 4;

  /** Bytes per pixel of what a model gives, before it becomes an image. */
  private static final long BYTES_GENERATED = 12;

  /**
   * The images of a row before they are framed.
   *
   * @param mask white where the image is to be generated
   * @param reference null if the row has none
   * @param exclude white where no pixel is copied; null if there is none or nothing is copied
   */
  public record Images(SourceImage init, MaskReading mask, RgbImage reference, Mask exclude) {

    static Images of(InputFiles.Decoded decoded, MaskReading mask) {
      return new Images(decoded.init(), mask, decoded.reference(), decoded.exclude());
    }
  }

  /**
   * Frames the images of a row.
   *
   * @throws io.spackle.image.ImageException if the init image does not fit the requested size
   */
  public static FramedRow of(
      ManifestRow row, Images images, ModelTraits traits, ImageSettings settings) {
    Framer framer = new Framer(row, images.mask().mask(), traits, settings);
    SourceImage init = images.init();
    Frame frame = framer.frame(init.rgb());
    boolean fillsAlpha = traits.fillsAlpha() && init.isTransparentNear(frame, settings.output());
    return new FramedRow(
        row,
        init,
        frame,
        fillsAlpha ? init.alpha().map(Mask::toRgb).map(framer::frame) : Optional.empty(),
        images.reference() == null ? null : fitted(images.reference(), frame, settings),
        settings.copiesPixels(row, traits) ? framer.sources(images) : Sources.ALL,
        settings.fillsBefore(row, traits));
  }

  private static RgbImage fitted(RgbImage reference, Frame frame, ImageSettings settings) {
    return Letterbox.fit(
        reference, frame.image().width(), frame.image().height(), settings.referenceBackground());
  }

  /** The framing that all images of a row share. */
  private record Framer(ManifestRow row, Mask mask, ModelTraits traits, ImageSettings settings) {

    Frame frame(RgbImage image) {
      return row.frame(image, mask, traits, settings.framing());
    }

    Sources sources(Images images) {
      RgbImage init = images.init().rgb();
      Optional<Mask> excluded =
          Optional.ofNullable(images.exclude())
              .map(
                  levels ->
                      settings
                          .framing()
                          .maskReduction()
                          .resize(levels, init.width(), init.height()));
      return new Sources(excluded.map(this::framed), images.init().opaque().map(this::framed));
    }

    /** Levels of the init image, where the model sees its pixels. */
    private Mask framed(Mask levels) {
      return traits.sizes().areOfImage() ? levels : frame(levels.toRgb()).image().luma();
    }
  }

  /**
   * The model's input for one sample.
   *
   * @param sample from 0; those beyond the row's samples are retries
   */
  public InpaintInput input(int sample) {
    return row.inpaintInput(frame, reference, sample).withSources(sources);
  }

  /** The model's input for the alpha of one sample, if the model is to fill it. */
  public Optional<InpaintInput> alphaInput(int sample) {
    return alpha.map(
        levels ->
            row.inpaintInput(levels, reference, sample)
                .withSources(new Sources(sources.excluded(), Optional.empty())));
  }

  /** The memory held until writing ends; the images of a row are pasted back one by one. */
  long bytesUntilWritten() {
    long samples = row.parameters().samples();
    long canvas = (long) frame.image().width() * frame.image().height();
    long output = (long) frame.outputWidth() * frame.outputHeight();
    long garment = reference == null ? 0 : (long) reference.width() * reference.height();
    long inputs = isFilled ? samples : 0;
    return source.bytes()
        + BYTES_GENERATED * samples * canvas
        + BYTES_DECODED * ((1 + inputs) * canvas + 3 * output + garment);
  }
}
