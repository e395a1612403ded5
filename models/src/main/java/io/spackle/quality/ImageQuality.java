package io.spackle.quality;

import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import java.util.Arrays;

/**
 * What can be measured of a result without a network, from its 8-bit sRGB pixels before they are
 * encoded.
 *
 * @param changes against the init image
 * @param fit of the masked region into its surroundings
 * @param hash {@linkplain DifferenceHash dHash} of the result, 16 hex digits
 */
public record ImageQuality(Changes changes, Fit fit, String hash) {

  /**
   * The pixels that differ from the init image.
   *
   * @param kept number of those outside the mask; 0 where results are pasted back
   * @param regenerated share of all pixels of the image, 0 to 1
   */
  public record Changes(long kept, double regenerated) {}

  /**
   * How the masked region fits into its surroundings; a value is null where it cannot be measured,
   * as all are if everything or nothing is masked.
   *
   * @param seam the step across the mask's edge over the unevenness around it; about 1 is none
   * @param sharpness of the masked region over that of the ring around it; 1 is equal
   * @param exposure mean light of the masked region over that of the ring, in stops; 0 is equal
   * @param colour distance of the mean colours of both in the plane a*, b* of CIELAB; 0 is equal,
   *     and about 2 can just be seen side by side
   */
  public record Fit(Double seam, Double sharpness, Double exposure, Double colour) {

    /** Nothing can be measured. */
    static final Fit NONE = new Fit(null, null, null, null);

    private static Fit of(RgbImage result, Mask mask, Mask luma) {
      Zones zones = Zones.of(mask);
      MeanColour[] means = MeanColour.of(result, zones);
      MeanColour inside = means[Zones.INSIDE];
      MeanColour ring = means[Zones.RING];
      return ring == null
          ? NONE
          : new Fit(
              Seam.of(result, mask, zones),
              Sharpness.of(luma, zones),
              inside.stopsOver(ring),
              inside.chromaDistance(ring));
    }
  }

  /**
   * Measures a result.
   *
   * @param init at the size of the result
   * @param mask of that size, levels 0 or 255
   */
  public static ImageQuality of(RgbImage init, RgbImage result, Mask mask) {
    Mask luma = result.luma();
    return new ImageQuality(
        changes(init, result, mask),
        mask.isBlank() ? Fit.NONE : Fit.of(result, mask, luma),
        DifferenceHash.of(luma));
  }

  private static Changes changes(RgbImage init, RgbImage result, Mask mask) {
    byte[] before = init.pixels();
    byte[] after = result.pixels();
    long kept = 0;
    long changed = 0;
    int stride = RgbImage.CHANNELS * mask.width();
    for (int y = 0; y < mask.height(); y++) {
      int row = y * stride;
      if (!Arrays.equals(before, row, row + stride, after, row, row + stride)) {
        for (int x = 0, at = row; x < mask.width(); x++, at += RgbImage.CHANNELS) {
          if (before[at] != after[at]
              || before[at + 1] != after[at + 1]
              || before[at + 2] != after[at + 2]) {
            changed++;
            kept += mask.isMasked(x, y) ? 0 : 1;
          }
        }
      }
    }
    return new Changes(kept, (double) changed / mask.levels().length);
  }
}
