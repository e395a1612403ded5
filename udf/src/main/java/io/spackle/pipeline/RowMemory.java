package io.spackle.pipeline;

import io.spackle.family.ModelTraits;
import io.spackle.image.Frame;
import io.spackle.mask.RowMasks;
import io.spackle.row.ManifestRow;
import io.spackle.row.RowColumns;

/** Estimates of the memory that rows take, in bytes: their files, encoded and decoded. */
record RowMemory(
    ImageSettings settings, ModelTraits traits, RowMasks masks, QualitySettings quality) {

  /** Bytes per pixel while an image is decoded, including the decoder's buffers. */
  private static final long BYTES_DECODING = 8;

  /** Bytes per pixel of an encoded image, which is hardly ever larger than its pixels. */
  private static final long BYTES_ENCODED = 3;

  /** Bytes per pixel while colours of soft edges are estimated. */
  private static final long BYTES_OF_MATTE = 16;

  /** Bytes per pixel of luma and zones while a result is measured. */
  private static final long BYTES_MEASURING = 4;

  /** Bytes per pixel of an image that is generated again, as the model gives it. */
  private static final long BYTES_GENERATED = 12;

  /** Bytes per pixel of the best image so far, on its canvas and pasted back. */
  private static final long BYTES_OF_BEST = 3;

  /**
   * What a row takes at most, known from the headers of its files.
   *
   * @throws io.spackle.image.ImageException if a file is not an image within the limits
   */
  long most(ManifestRow row, InputFiles files) {
    long init = files.initPixels(settings.limits());
    long canvas = RowCanvas.pixels(row, files.init(), settings.limits());
    long mask = RowFailures.naming(RowColumns.MASK_IMAGE, () -> masks.pixels(files.mask(), init));
    long pixels = init + mask + canvas + files.otherPixels(settings.limits());
    long output = Math.max(init, canvas);
    return files.bytes()
        + BYTES_DECODING * (pixels + canvases(row, output))
        + outputs(row, output)
        + tries(canvas(row, output), output);
  }

  /** What a framed row takes until its images are written. */
  long untilWritten(FramedRow framed, InputFiles files) {
    Frame frame = framed.frame();
    long output = (long) frame.outputWidth() * frame.outputHeight();
    long canvas = (long) frame.image().width() * frame.image().height();
    return files.bytes()
        + framed.bytesUntilWritten()
        + outputs(framed.row(), output)
        + tries(canvas, output);
  }

  /** Encoded images, and what compositing one takes. */
  private long outputs(ManifestRow row, long pixels) {
    long matte = settings.framing().isMatte() ? BYTES_OF_MATTE * pixels : 0;
    return matte + BYTES_ENCODED * row.parameters().samples() * pixels;
  }

  /** The pixels of the framed image and of all generated ones, which take half as much again. */
  private long canvases(ManifestRow row, long initPixels) {
    long canvas = canvas(row, initPixels);
    return canvas + 3L * row.parameters().samples() * canvas / 2;
  }

  private long canvas(ManifestRow row, long initPixels) {
    var parameters = row.parameters();
    return traits.sizes().areOfImage()
        ? initPixels
        : (long) parameters.width() * parameters.height();
  }

  /** Measuring, and a retry beside the best image so far; retries of a row run one by one. */
  private long tries(long canvas, long output) {
    long measuring = quality.measures() ? BYTES_MEASURING * output : 0;
    return quality.retries() == 0
        ? measuring
        : measuring + (BYTES_GENERATED + BYTES_OF_BEST) * canvas + BYTES_OF_BEST * output;
  }
}
