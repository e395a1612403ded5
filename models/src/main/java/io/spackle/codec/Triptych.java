package io.spackle.codec;

import io.spackle.image.Filter;
import io.spackle.image.Frame;
import io.spackle.image.Plane;
import io.spackle.image.RgbImage;
import java.util.Optional;

/**
 * A preview of a row: the init image, the mask (white is masked) and the result, side by side in
 * the same size.
 */
public final class Triptych {

  /** The number of panels. */
  public static final int PANELS = 3;

  /** The JPEG quality: previews need small files, not exact pixels. */
  private static final float QUALITY = 0.8f;

  private Triptych() {}

  /**
   * The three panels as one JPEG file, {@code 3 * width} x {@code height} pixels.
   *
   * @param result the frame's output, of {@link Frame#restore}
   * @param side the longest side of a panel in pixels; smaller images keep their size
   */
  public static byte[] jpeg(Frame frame, RgbImage result, int side) {
    double scale = Math.min(1, (double) side / Math.max(result.width(), result.height()));
    int width = Math.max(1, (int) Math.round(result.width() * scale));
    int height = Math.max(1, (int) Math.round(result.height() * scale));
    RgbImage init = Filter.LANCZOS.resize(frame.untouched(), width, height);
    RgbImage mask = Filter.LANCZOS.resize(frame.outputMask(), width, height).toRgb();
    Plane panels = init.plane().blank(PANELS * width, height);
    panels.place(init.plane(), 0, 0);
    panels.place(mask.plane(), width, 0);
    panels.place(Filter.LANCZOS.resize(result, width, height).plane(), 2 * width, 0);
    return LossyWriter.jpeg(new OutputImage(panels, 1), QUALITY, Optional.empty());
  }
}
