package io.spackle.pipeline;

import io.spackle.codec.DecodeLimits;
import io.spackle.codec.ImageCodec;
import io.spackle.codec.MaskReading;
import io.spackle.codec.SourceImage;
import io.spackle.family.ModelTraits;
import io.spackle.row.ManifestRow;
import io.spackle.row.Outcome;
import io.spackle.row.RowColumns;
import io.spackle.row.RowException;
import io.spackle.row.Sha256;
import io.spackle.source.ImageSource;

/**
 * The input files of a row, as they were fetched.
 *
 * @param mask null if there is none: only the extended canvas is generated
 * @param reference null if the row has none
 * @param exclude null if there is none or nothing is copied
 */
record InputFiles(byte[] init, byte[] mask, byte[] reference, byte[] exclude) {

  /**
   * Fetches the files that a model uses.
   *
   * @throws io.spackle.row.RowException if one cannot be fetched
   * @throws InterruptedException if the thread is interrupted
   */
  static InputFiles fetch(
      ManifestRow row, ModelTraits traits, ImageSettings settings, ImageSource source)
      throws InterruptedException {
    boolean excludes = row.locations().exclude() != null && settings.copiesPixels(row, traits);
    return new InputFiles(
        fetch(RowColumns.INIT_IMAGE, row.locations().init(), source),
        fetch(RowColumns.MASK_IMAGE, row.locations().mask(), source),
        fetch(RowColumns.REFERENCE_IMAGE, row.locations().reference(), source),
        excludes ? fetch(RowColumns.EXCLUDE_IMAGE, row.locations().exclude(), source) : null);
  }

  /** Null without a location. */
  private static byte[] fetch(String column, String location, ImageSource source)
      throws InterruptedException {
    try {
      return location == null ? null : source.fetch(location);
    } catch (RowException e) {
      throw e.in(column);
    }
  }

  Outcome.InputDigests digests() {
    return new Outcome.InputDigests(Sha256.hex(init), hex(mask), hex(reference), hex(exclude));
  }

  private static String hex(byte[] file) {
    return file == null ? null : Sha256.hex(file);
  }

  /**
   * The pixels of the images beside the init image together, without decoding them.
   *
   * @throws io.spackle.image.ImageException if a file is not an image within the limits
   */
  long otherPixels(DecodeLimits limits) {
    return (mask == null ? 0 : pixels(mask, RowColumns.MASK_IMAGE, limits))
        + (reference == null ? 0 : pixels(reference, RowColumns.REFERENCE_IMAGE, limits))
        + (exclude == null ? 0 : pixels(exclude, RowColumns.EXCLUDE_IMAGE, limits));
  }

  /**
   * The pixels of the init image, without decoding it.
   *
   * @throws io.spackle.image.ImageException if it is not an image within the limits
   */
  long initPixels(DecodeLimits limits) {
    return pixels(init, RowColumns.INIT_IMAGE, limits);
  }

  /**
   * Decodes the files.
   *
   * @throws io.spackle.image.ImageException naming the column of a file that is not an image
   */
  FramedRow.Images decode(ImageSettings settings) {
    DecodeLimits limits = settings.limits();
    SourceImage source =
        RowFailures.naming(RowColumns.INIT_IMAGE, () -> SourceImage.decode(init, limits));
    return new FramedRow.Images(
        source,
        mask == null ? RowCanvas.none(source) : mask(mask, RowColumns.MASK_IMAGE, source, limits),
        reference == null
            ? null
            : RowFailures.naming(
                RowColumns.REFERENCE_IMAGE,
                () ->
                    ImageCodec.decode(
                        reference, limits.withBackground(settings.referenceBackground()))),
        exclude == null ? null : mask(exclude, RowColumns.EXCLUDE_IMAGE, source, limits).mask());
  }

  private static MaskReading mask(
      byte[] file, String column, SourceImage init, DecodeLimits limits) {
    return RowFailures.naming(column, () -> ImageCodec.decodeMask(file, limits, init.maskTarget()));
  }

  private static long pixels(byte[] file, String column, DecodeLimits limits) {
    return RowFailures.naming(column, () -> ImageCodec.pixels(file, limits));
  }
}
