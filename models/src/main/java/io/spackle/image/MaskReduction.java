package io.spackle.image;

import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Shape;

/** How a mask is brought to fewer cells. */
public enum MaskReduction {
  /**
   * A cell is repainted if any pixel that it covers is, so that a mask one pixel thin is never
   * lost. Enlarging takes the nearest pixel.
   */
  MAX {
    @Override
    Mask resize(Mask mask, int width, int height) {
      return MaskScale.resize(mask, width, height);
    }

    @Override
    boolean holds(Mask mask, int left, int top, int factor) {
      for (int y = top; y < top + factor; y++) {
        for (int x = left; x < left + factor; x++) {
          if (mask.repaints(x, y)) {
            return true;
          }
        }
      }
      return false;
    }
  },
  /**
   * What diffusers computes: Lanczos between image sizes, the top left pixel of each block for
   * latents. Thin masks may vanish.
   */
  NEAREST {
    @Override
    Mask resize(Mask mask, int width, int height) {
      return Filter.LANCZOS.resize(mask, width, height);
    }

    @Override
    boolean holds(Mask mask, int left, int top, int factor) {
      return mask.repaints(left, top);
    }
  };

  /**
   * The mask as a model takes it beside latents.
   *
   * @param binary both sides multiples of {@code factor}; levels from 128 repaint
   * @param factor pixels per latent cell and side: 8 for Stable Diffusion
   * @return (1, 1, height / factor, width / factor), 1 where to repaint, else 0
   * @throws IllegalArgumentException if a side is no multiple of {@code factor}
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
      boolean painted = holds(binary, i % columns * factor, i / columns * factor, factor);
      cells[i] = painted ? 1f : 0f;
    }
    return new FloatTensor(cells, Shape.of(1, 1, rows, columns));
  }

  /** The mask in another size; itself where the size is the same. */
  abstract Mask resize(Mask mask, int width, int height);

  /** Whether the block with that corner is repainted. */
  abstract boolean holds(Mask mask, int left, int top, int factor);
}
