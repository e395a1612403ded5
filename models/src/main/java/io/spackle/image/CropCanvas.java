package io.spackle.image;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The canvas for an image of which only a part is masked: the model sees the masked region with
 * enough context, on one of a few canvases of its native size. So a small hole in a large photo
 * costs what the hole takes, and crops of different photos have the same canvases and share
 * batches.
 *
 * <p>The context on each side is half of the masked region's longer side, so that the region is
 * twice as long as the hole, and at least 32 pixels. If more than half of the image is needed, the
 * model sees the complete image. The canvas is one that reduces what the model sees by at most a
 * half; among those it is the one that needs the least of the image around it. It is never larger
 * than the row asks for.
 *
 * @param width of the canvas in pixels
 * @param height likewise
 * @param padding around the masked region
 */
public record CropCanvas(int width, int height, CropPadding padding) {

  private static final int MIN_CONTEXT = 32;
  private static final double MOST_REDUCTION = 1.5;
  private static final double WIDE = 1.25; // its side over that of a square of the same area

  /**
   * Chooses a canvas.
   *
   * @param mask of the init image's size, grown as it will be
   * @param width the size that the row asks for
   * @param height likewise
   * @param nativeSide the side that the model was trained at
   * @param multiple that sides must be multiples of
   */
  public static CropCanvas of(Mask mask, int width, int height, int nativeSide, int multiple) {
    CropCanvas asked =
        new CropCanvas(width, height, CropPadding.of(Math.max(mask.width(), mask.height())));
    Mask levels = mask.binarised();
    if (levels.isBlank()) {
      return asked;
    }
    Region image = Region.of(mask.width(), mask.height());
    Region hole = Region.around(levels);
    int context = Math.max(MIN_CONTEXT, Math.max(hole.width(), hole.height()) / 2);
    List<CropCanvas> smaller = asked.smaller(nativeSide, multiple);
    CropCanvas crop = asked.with(context).orSmallest(smaller, hole, image);
    return 2 * crop.region(hole, image).pixels() > image.pixels()
        ? asked.orSmallest(smaller, hole, image)
        : crop;
  }

  /** The canvases of the native size that are smaller than this: square, wide and tall. */
  private List<CropCanvas> smaller(int nativeSide, int multiple) {
    return Stream.of(1, WIDE, 1 / WIDE)
        .map(
            stretch ->
                new CropCanvas(
                    rounded(nativeSide * stretch.doubleValue(), multiple),
                    rounded(nativeSide / stretch.doubleValue(), multiple),
                    padding))
        .filter(canvas -> canvas.pixels() < pixels())
        .toList();
  }

  private CropCanvas with(int context) {
    return new CropCanvas(width, height, CropPadding.of(context));
  }

  /** The best of the smaller canvases, with this one's padding; this one if none will do. */
  private CropCanvas orSmallest(List<CropCanvas> smaller, Region hole, Region image) {
    return smaller.stream()
        .map(canvas -> canvas.with(padding.pixels()))
        .filter(canvas -> canvas.reduction(hole, image) <= MOST_REDUCTION)
        .min(
            Comparator.comparingLong((CropCanvas canvas) -> canvas.region(hole, image).pixels())
                .thenComparingDouble(canvas -> canvas.reduction(hole, image)))
        .orElse(this);
  }

  private static int rounded(double side, int multiple) {
    return Math.max(1, (int) Math.round(side / multiple)) * multiple;
  }

  private long pixels() {
    return (long) width * height;
  }

  private Region region(Region hole, Region image) {
    return hole.grown(image, width, height, padding.pixels());
  }

  private double reduction(Region hole, Region image) {
    Region region = region(hole, image);
    return Math.max((double) region.width() / width, (double) region.height() / height);
  }
}
