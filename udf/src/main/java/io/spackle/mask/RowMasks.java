package io.spackle.mask;

import io.spackle.codec.DecodeLimits;
import io.spackle.codec.ImageCodec;
import io.spackle.codec.MaskReading;
import io.spackle.codec.SourceImage;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import io.spackle.lane.InFlightLimits;
import io.spackle.model.Segmenters;
import io.spackle.quarantine.Markers.Marker;
import io.spackle.row.ErrorCode;
import io.spackle.row.RowException;
import io.spackle.row.RowMask;
import io.spackle.row.RowStage;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The masks of rows: each is read from a file of the row's own, found by segmenters in the init
 * image, or the one that all rows share. Thread-safe: all rows of a task share one instance.
 */
public final class RowMasks {

  private final MaskSettings settings;
  private final DecodeLimits limits;
  private final Segmenters segmenters;

  /**
   * @param limits of an input image, with the rule for mask files
   * @param segmenters of the settings
   */
  public RowMasks(MaskSettings settings, DecodeLimits limits, Segmenters segmenters) {
    this.settings = settings;
    this.limits = limits;
    this.segmenters = segmenters;
  }

  /**
   * The pixels of a mask, for the memory that it takes.
   *
   * @param file of the row's own, if it has one
   * @param initPixels of the init image
   * @throws io.spackle.image.ImageException if the file is not an image within the limits
   */
  public long pixels(Optional<byte[]> file, long initPixels) {
    return file.map(bytes -> ImageCodec.pixels(bytes, limits)).orElse(initPixels);
  }

  /** The stage that the making of a mask belongs to: a file is only decoded. */
  public RowStage stage(RowMask mask) {
    return mask instanceof RowMask.Found ? RowStage.MASK : RowStage.DECODE;
  }

  /**
   * Makes the mask of a row.
   *
   * @param file of the row's own, if it has one
   * @param cores to decode and compute on, and not to wait for a segmenter
   * @param marker of a row that must be alone in a model, else empty
   * @return of any size with the proportions of the image, or as its findings say
   * @throws io.spackle.image.ImageException if there is no clear mask for the image
   * @throws RowException if a segmenter fails, or what it finds is not as its entry says
   * @throws InterruptedException if the thread is interrupted
   */
  public MadeMask make(
      RowMask mask,
      Optional<byte[]> file,
      SourceImage init,
      InFlightLimits cores,
      Optional<Supplier<Marker>> marker)
      throws InterruptedException {
    if (file.isPresent()) {
      return MadeMask.of(
          cores.onCore(() -> ImageCodec.decodeMask(file.get(), limits, init.maskTarget())));
    }
    if (mask instanceof RowMask.None) {
      return MadeMask.of(MaskReading.of(blank(init.rgb())));
    }
    return mask instanceof RowMask.Found found
        ? found(found, new Search(init, cores, marker, segmenters))
        : MadeMask.of(cores.onCore(() -> settings.shared().fitted(init.maskTarget())));
  }

  private static Mask blank(RgbImage image) {
    return new Mask(image.width(), image.height(), new byte[image.width() * image.height()]);
  }

  /** The union of the parts; the policy of the first one counts. */
  private MadeMask found(RowMask.Found found, Search search) throws InterruptedException {
    Mask union = null;
    for (RowMask.Part part : found.parts()) {
      Mask mask = search.mask(settings.entry(part.entry()), part.classes());
      union = union == null ? mask : union.or(mask);
    }
    MaskEntry first = settings.entry(found.parts().get(0).entry());
    return checked(union, found.names(), first.policy());
  }

  private static MadeMask checked(Mask mask, String names, MaskEntry.Policy policy) {
    double share = mask.coverage();
    if (share > policy.maxShare()) {
      throw new RowException(
          ErrorCode.MASK_TOO_LARGE,
          "%.1f %% of the image masked by %s, at most %.1f %% expected as max-share says"
              .formatted(100 * share, names, 100 * policy.maxShare()));
    }
    if (mask.isBlank() && policy.empty() == MaskEntry.Empty.FAIL) {
      throw new RowException(
          ErrorCode.NOTHING_FOUND,
          "nothing found by %s, something to mask expected as empty = fail says".formatted(names));
    }
    boolean isSkipped = mask.isBlank() && policy.empty() == MaskEntry.Empty.SKIP;
    return new MadeMask(MaskReading.of(mask), isSkipped);
  }
}
