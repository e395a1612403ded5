package io.spackle.image;

import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Shape;

/** The methods of reducing a mask to fewer cells. */
public enum MaskReduction {
  /**
   * A cell is masked if any pixel that it covers is, so that even a mask one pixel wide is never
   * lost. Enlarging takes the nearest pixel.
   */
  MAX {
    @Override
    public Mask resize(Mask mask, int width, int height) {
      return MaxResize.resize(mask, width, height);
    }

    @Override
    boolean isMasked(Mask mask, int left, int top, int factor) {
      for (int y = top; y < top + factor; y++) {
        for (int x = left; x < left + factor; x++) {
          if (mask.isMasked(x, y)) {
            return true;
          }
        }
      }
      return false;
    }
  },
  /**
   * As in diffusers: Lanczos between image sizes, the top left pixel of each block for latents.
   * Thin masks may vanish.
   */
  NEAREST {
    @Override
    public Mask resize(Mask mask, int width, int height) {
      return Filter.LANCZOS.resize(mask, width, height);
    }

    @Override
    boolean isMasked(Mask mask, int left, int top, int factor) {
      return mask.isMasked(left, top);
    }
  };

  /**
   * The mask at the size of latents, as model input.
   *
   * @param binary both sides multiples of {@code factor}; levels from 128 are masked
   * @param factor pixels per latent cell and side: 8 for Stable Diffusion
   * @return (1, 1, height / factor, width / factor), 1 where masked, else 0
   * @throws IllegalArgumentException if a side is not a multiple of {@code factor}
   */
  public FloatTensor toLatents(Mask binary, int factor) {
    if (factor < 1 || binary.width() % factor != 0 || binary.height() % factor != 0) {
      throw new IllegalArgumentException(
          "a mask of "
              + binary.width()
              + " x "
              + binary.height()
              + " pixels in blocks of "
              + factor
              + ", expected sides that are multiples of it: frame the image first");
    }
    int columns = binary.width() / factor;
    int rows = binary.height() / factor;
    float[] cells = new float[columns * rows];
    for (int i = 0; i < cells.length; i++) {
      boolean masked = isMasked(binary, i % columns * factor, i / columns * factor, factor);
      cells[i] = masked ? 1f : 0f;
    }
    return new FloatTensor(cells, Shape.of(1, 1, rows, columns));
  }

  /** The mask in another size; the same mask if the size is the same. */
  public abstract Mask resize(Mask mask, int width, int height);

  /** Whether the block with this upper left corner is masked. */
  abstract boolean isMasked(Mask mask, int left, int top, int factor);

  /**
   * Resizing by maximum: where an axis shrinks, a target pixel is masked if any source pixel that
   * it covers, even in part, is masked; where an axis grows, it takes the source pixel under its
   * centre.
   */
  private static final class MaxResize {

    private MaxResize() {}

    /** The mask in another size, with levels 0 or 255; unchanged in the same size. */
    static Mask resize(Mask mask, int width, int height) {
      if (mask.plane().isSized(width, height)) {
        return mask;
      }
      Span[] columns = spans(mask.width(), width);
      Span[] rows = spans(mask.height(), height);
      Plane out = mask.plane().blank(width, height);
      boolean[] masked = new boolean[mask.width()]; // columns with a masked pixel in these rows
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < masked.length; x++) {
          masked[x] = anyInColumn(mask, x, rows[y]);
        }
        for (int x = 0; x < width; x++) {
          out.data()[y * width + x] = any(masked, columns[x]) ? (byte) 255 : 0;
        }
      }
      return Mask.of(out);
    }

    private static boolean anyInColumn(Mask mask, int x, Span rows) {
      for (int y = rows.first; y < rows.end; y++) {
        if (mask.isMasked(x, y)) {
          return true;
        }
      }
      return false;
    }

    private static boolean any(boolean[] values, Span span) {
      for (int i = span.first; i < span.end; i++) {
        if (values[i]) {
          return true;
        }
      }
      return false;
    }

    private static Span[] spans(int from, int to) {
      Span[] spans = new Span[to];
      for (int i = 0; i < to; i++) {
        spans[i] = Span.of(i, from, to);
      }
      return spans;
    }

    /** The source pixels of one target pixel along one axis; {@code end} is exclusive. */
    private record Span(int first, int end) {

      static Span of(long target, int from, int to) {
        if (to > from) {
          int nearest = (int) ((2 * target + 1) * from / (2L * to));
          return new Span(nearest, nearest + 1);
        }
        return new Span((int) (target * from / to), (int) (((target + 1) * from + to - 1) / to));
      }
    }
  }
}
