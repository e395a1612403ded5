package io.spackle.image;

/**
 * Fitting of an image into a canvas with another aspect ratio, where the outermost rows or columns
 * fill the gaps, and its inverse: the counterparts of the resize modes {@code fill} and {@code
 * crop} in huggingface/diffusers, verified by golden files.
 */
final class EdgeFill {

  /** A resampling method. */
  interface Scaler {
    Plane resize(Plane plane, int width, int height);
  }

  private EdgeFill() {}

  /**
   * The canvas, with the source scaled to fit and centred.
   *
   * @throws ImageException if a side of the scaled source is below {@link Framing#MIN_SIDE} pixels
   */
  static Plane fill(Plane source, int width, int height, Scaler scaler) {
    boolean tall = (double) width / height >= (double) source.width() / source.height();
    int fitWidth = tall ? scaled(source.width(), height, source.height()) : width;
    int fitHeight = tall ? height : scaled(source.height(), width, source.width());
    Framing.requireScaledSides(source.width(), source.height(), fitWidth, fitHeight);
    Plane fitted = scaler.resize(source, fitWidth, fitHeight);
    int left = width / 2 - fitWidth / 2;
    int top = height / 2 - fitHeight / 2;
    Plane canvas = source.blank(width, height).place(fitted, left, top);
    if (fitWidth < width) {
      fillColumns(canvas, left, fitWidth);
    }
    if (fitHeight < height) {
      fillRows(canvas, top, fitHeight);
    }
    return canvas;
  }

  /** The inverse of {@link #fill}: scales to cover a size and crops to the centre. */
  static Plane cover(Plane source, int width, int height) {
    boolean wide = (double) width / height > (double) source.width() / source.height();
    int fullWidth = wide ? width : scaled(source.width(), height, source.height());
    int fullHeight = wide ? scaled(source.height(), width, source.width()) : height;
    Plane full = Filter.LANCZOS.resize(source, fullWidth, fullHeight);
    return source
        .blank(width, height)
        .place(full, width / 2 - fullWidth / 2, height / 2 - fullHeight / 2);
  }

  private static int scaled(int side, int numerator, int denominator) {
    return (int) ((long) side * numerator / denominator);
  }

  private static void fillColumns(Plane canvas, int left, int width) {
    int last = left + width - 1;
    for (int y = 0; y < canvas.height(); y++) {
      int row = y * canvas.width();
      for (int channel = 0; channel < canvas.channels(); channel++) {
        byte first = edge(canvas, row + left, row + left + 1, channel);
        byte end = edge(canvas, row + last, row + last - 1, channel);
        for (int x = 0; x < left; x++) {
          canvas.data()[(row + x) * canvas.channels() + channel] = first;
        }
        for (int x = last + 1; x < canvas.width(); x++) {
          canvas.data()[(row + x) * canvas.channels() + channel] = end;
        }
      }
    }
  }

  private static void fillRows(Plane canvas, int top, int height) {
    int stride = canvas.width();
    int last = top + height - 1;
    for (int x = 0; x < stride; x++) {
      for (int channel = 0; channel < canvas.channels(); channel++) {
        byte first = edge(canvas, top * stride + x, (top + 1) * stride + x, channel);
        byte end = edge(canvas, last * stride + x, (last - 1) * stride + x, channel);
        for (int y = 0; y < top; y++) {
          canvas.data()[(y * stride + x) * canvas.channels() + channel] = first;
        }
        for (int y = last + 1; y < canvas.height(); y++) {
          canvas.data()[(y * stride + x) * canvas.channels() + channel] = end;
        }
      }
    }
  }

  /**
   * The colour of a gap. Pillow resizes an empty box at the image's edge, with its default bicubic
   * filter: both pixels are on the same side of the sample, at distances 0.5 and 1.5, and their
   * weights 0.5625 and -0.0625 are normalized to 9/8 and -1/8.
   */
  private static byte edge(Plane canvas, int edge, int inner, int channel) {
    int outermost = canvas.data()[edge * canvas.channels() + channel] & 0xFF;
    int next = canvas.data()[inner * canvas.channels() + channel] & 0xFF;
    return (byte) Math.max(0, Math.min(255, (9 * outermost - next + 4) >> 3));
  }
}
