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
import io.spackle.row.RowMask;
import io.spackle.row.Sha256;
import io.spackle.source.ImageSource;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

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
   * @throws io.spackle.row.RowException if one cannot be fetched
   * @throws InterruptedException if the thread is interrupted
   */
  static InputFiles fetch(
      ManifestRow row,
      ModelTraits traits,
      ImageSettings settings,
      ImageSource source,
      RowFetch fetch)
      throws InterruptedException {
    ManifestRow.Locations locations = row.locations();
    boolean excludes = locations.exclude() != null && settings.copiesPixels(row, traits);
    String mask = locations.mask() instanceof RowMask.File file ? file.location() : null;
    return new InputFiles(
        fetch.file(RowColumns.INIT_IMAGE, locations.init(), source),
        Optional.ofNullable(fetch.file(RowColumns.MASK_IMAGE, mask, source)),
        fetch.file(RowColumns.REFERENCE_IMAGE, locations.reference(), source),
        fetch.file(RowColumns.EXCLUDE_IMAGE, excludes ? locations.exclude() : null, source));
  }

  /** The bytes of the files. */
  long bytes() {
    return Stream.of(init, mask.orElse(null), reference, exclude)
        .filter(Objects::nonNull)
        .mapToLong(file -> file.length)
        .sum();
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
