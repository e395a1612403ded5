package io.spackle.codec;

import io.spackle.image.Filter;
import io.spackle.image.Frame;
import io.spackle.image.Mask;
import io.spackle.image.Plane;
import io.spackle.image.RgbImage;

/**
 * A row at a glance: the init image, the mask (white is repainted) and the result, side by side and
 * equally large.
 */
public final class Triptych {

  /** Panels of one image. */
  public static final int PANELS = 3;

  /** Small files; nobody measures pixels here. */
  private static final float QUALITY = 0.8f;

  private Triptych() {}

  /**
   * The three panels as one JPEG file, {@code 3 * width} x {@code height} pixels.
   *
   * @param result the frame's output, as {@link Frame#restore} gives it
   * @param side of a panel in pixels, at most; smaller images keep their size
   */
  public static byte[] jpeg(Frame frame, RgbImage result, int side) {
    double scale = Math.min(1, (double) side / Math.max(result.width(), result.height()));
    int width = Math.max(1, (int) Math.round(result.width() * scale));
    int height = Math.max(1, (int) Math.round(result.height() * scale));
    RgbImage init = Filter.LANCZOS.resize(frame.untouched(), width, height);
    RgbImage mask = grey(Filter.LANCZOS.resize(frame.outputMask(), width, height));
    Plane panels = init.plane().blank(PANELS * width, height);
    panels.place(init.plane(), 0, 0);
    panels.place(mask.plane(), width, 0);
    panels.place(Filter.LANCZOS.resize(result, width, height).plane(), 2 * width, 0);
    return JpegWriter.write(RgbImage.of(panels), QUALITY);
  }

  private static RgbImage grey(Mask mask) {
    byte[] pixels = new byte[RgbImage.CHANNELS * mask.levels().length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = mask.levels()[i / RgbImage.CHANNELS];
    }
    return new RgbImage(mask.width(), mask.height(), pixels);
  }
}
