package io.spackle.pipeline;

import io.spackle.codec.DecodeLimits;
import io.spackle.codec.ImageCodec;
import io.spackle.codec.MaskReading;
import io.spackle.codec.MaskTarget;
import io.spackle.family.ModelTraits;
import io.spackle.image.RgbImage;
import io.spackle.row.ManifestRow;
import io.spackle.row.Outcome;
import io.spackle.row.RowColumns;
import io.spackle.row.Sha256;
import io.spackle.source.ImageSource;

/**
 * The input files of a row, as they were fetched.
 *
 * @param reference null if the model uses none
 */
record InputFiles(byte[] init, byte[] mask, byte[] reference) {

  /**
   * Fetches the files that a model uses.
   *
   * @throws io.spackle.row.RowException if one cannot be fetched
   * @throws InterruptedException if the thread is interrupted
   */
  static InputFiles fetch(ManifestRow row, ModelTraits traits, ImageSource source)
      throws InterruptedException {
    return new InputFiles(
        source.fetch(row.locations().init()),
        source.fetch(row.locations().mask()),
        row.usesReference(traits) ? source.fetch(row.locations().reference()) : null);
  }

  Outcome.InputDigests digests() {
    return new Outcome.InputDigests(
        Sha256.hex(init), Sha256.hex(mask), reference == null ? null : Sha256.hex(reference));
  }

  /**
   * The pixels of all images together, without decoding them.
   *
   * @throws io.spackle.image.ImageException if a file is not an image within the limits
   */
  long pixels(DecodeLimits limits) {
    return pixels(init, RowColumns.INIT_IMAGE, limits)
        + pixels(mask, RowColumns.MASK_IMAGE, limits)
        + (reference == null ? 0 : pixels(reference, RowColumns.REFERENCE_IMAGE, limits));
  }

  RgbImage decodeInit(DecodeLimits limits) {
    return decode(init, RowColumns.INIT_IMAGE, limits);
  }

  /**
   * The mask.
   *
   * @param decodedInit the init image, which the mask must fit
   */
  MaskReading decodeMask(DecodeLimits limits, RgbImage decodedInit) {
    MaskTarget target =
        new MaskTarget(decodedInit.width(), decodedInit.height(), ImageCodec.orientation(init));
    return RowFailures.naming(
        RowColumns.MASK_IMAGE, () -> ImageCodec.decodeMask(mask, limits, target));
  }

  /** The reference image, or null. */
  RgbImage decodeReference(DecodeLimits limits) {
    return reference == null ? null : decode(reference, RowColumns.REFERENCE_IMAGE, limits);
  }

  private static long pixels(byte[] file, String column, DecodeLimits limits) {
    return RowFailures.naming(column, () -> ImageCodec.pixels(file, limits));
  }

  private static RgbImage decode(byte[] file, String column, DecodeLimits limits) {
    return RowFailures.naming(column, () -> ImageCodec.decode(file, limits));
  }
}
