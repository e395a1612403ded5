package io.spackle.pipeline;

import io.spackle.codec.DecodeLimits;
import io.spackle.codec.ImageCodec;
import io.spackle.codec.SourceImage;
import io.spackle.family.ModelTraits;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import io.spackle.row.ManifestRow;
import io.spackle.row.Outcome;
import io.spackle.row.RowColumns;
import io.spackle.row.RowException;
import io.spackle.row.RowMask;
import io.spackle.row.Sha256;
import io.spackle.source.ImageSource;
import java.util.Map;
import java.util.Optional;

/**
 * The input files of a row, as they were fetched.
 *
 * @param mask empty if the mask is made without a file of the row
 * @param reference null if the row has none
 * @param exclude null if there is none or nothing is copied
 */
record InputFiles(byte[] init, Optional<byte[]> mask, byte[] reference, byte[] exclude) {

  /**
   * The decoded images beside the mask.
   *
   * @param reference null if the row has none
   * @param exclude white where no pixel is copied; null if there is none or nothing is copied
   */
  record Decoded(SourceImage init, RgbImage reference, Mask exclude) {}

  /**
   * Fetches the files that a model uses.
   *
   * @param versions gets the versions of the files by column, also of those that are missing
   * @throws io.spackle.row.RowException if one cannot be fetched
   * @throws InterruptedException if the thread is interrupted
   */
  static InputFiles fetch(
      ManifestRow row,
      ModelTraits traits,
      ImageSettings settings,
      RowInputs inputs,
      Map<String, String> versions)
      throws InterruptedException {
    ImageSource source = inputs.source();
    boolean excludes = row.locations().exclude() != null && settings.copiesPixels(row, traits);
    return new InputFiles(
        fetch(RowColumns.INIT_IMAGE, row.locations().init(), source, versions),
        mask(row, source, versions),
        fetch(RowColumns.REFERENCE_IMAGE, row.locations().reference(), source, versions),
        excludes
            ? fetch(RowColumns.EXCLUDE_IMAGE, row.locations().exclude(), source, versions)
            : null);
  }

  /** Null without a location. */
  private static byte[] fetch(
      String column, String location, ImageSource source, Map<String, String> versions)
      throws InterruptedException {
    try {
      return location == null
          ? null
          : source.fetch(location, version -> versions.put(column, version));
    } catch (RowException e) {
      throw e.in(column);
    }
  }

  /** Empty if the mask is made without a file of the row. */
  private static Optional<byte[]> mask(
      ManifestRow row, ImageSource source, Map<String, String> versions)
      throws InterruptedException {
    return row.locations().mask() instanceof RowMask.File file
        ? Optional.of(fetch(RowColumns.MASK_IMAGE, file.location(), source, versions))
        : Optional.empty();
  }

  Outcome.InputDigests digests() {
    return new Outcome.InputDigests(
        Sha256.hex(init), hex(mask.orElse(null)), hex(reference), hex(exclude));
  }

  private static String hex(byte[] file) {
    return file == null ? null : Sha256.hex(file);
  }

  /**
   * The pixels of the images beside the init image and the mask, without decoding them.
   *
   * @throws io.spackle.image.ImageException if a file is not an image within the limits
   */
  long otherPixels(DecodeLimits limits) {
    return (reference == null ? 0 : pixels(reference, RowColumns.REFERENCE_IMAGE, limits))
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
  Decoded decode(ImageSettings settings) {
    DecodeLimits limits = settings.limits();
    SourceImage source =
        RowFailures.naming(RowColumns.INIT_IMAGE, () -> SourceImage.decode(init, limits));
    return new Decoded(
        source,
        reference == null
            ? null
            : RowFailures.naming(
                RowColumns.REFERENCE_IMAGE,
                () ->
                    ImageCodec.decode(
                        reference, limits.withBackground(settings.referenceBackground()))),
        exclude == null
            ? null
            : RowFailures.naming(
                RowColumns.EXCLUDE_IMAGE,
                () -> ImageCodec.decodeMask(exclude, limits, source.maskTarget()).mask()));
  }

  private static long pixels(byte[] file, String column, DecodeLimits limits) {
    return RowFailures.naming(column, () -> ImageCodec.pixels(file, limits));
  }
}
