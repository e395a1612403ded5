package io.spackle.family;

import io.spackle.graph.ElementType;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import io.spackle.tensor.ByteTensor;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Shape;
import io.spackle.tensor.Tensor;
import java.util.List;

/** Images and masks as erase graphs take them. */
final class EraseTensors {

  private static final int COLOURS = 3;

  private EraseTensors() {}

  /**
   * An image.
   *
   * @param type bytes are 0 to 255, floats 0 to 1
   * @return (1, 3, h, w)
   */
  static Tensor image(RgbImage image, ElementType type) {
    byte[] planes = planes(image);
    Shape shape = Shape.of(1, COLOURS, image.height(), image.width());
    return type == ElementType.UINT8
        ? new ByteTensor(planes, shape)
        : new FloatTensor(units(planes), shape);
  }

  /**
   * A mask of levels 0 and 255.
   *
   * @param type bytes stay as they are, booleans and floats are 0 and 1
   * @return (1, 1, h, w)
   */
  static Tensor mask(Mask mask, ElementType type) {
    Shape shape = Shape.of(1, 1, mask.height(), mask.width());
    return switch (type) {
      case UINT8 -> new ByteTensor(mask.levels(), shape);
      case BOOL -> new ByteTensor(flags(mask.levels()), shape);
      default -> new FloatTensor(units(mask.levels()), shape);
    };
  }

  /**
   * Image and mask in one, as MI-GAN's generator takes them
   * (https://github.com/Picsart-AI-Research/MI-GAN).
   *
   * @return (1, 4, h, w): 0.5 where the image is kept and -0.5 in the hole, then the image, -1 to
   *     1, with 0 in the hole
   */
  static FloatTensor ofMiGan(InpaintInput input) {
    Mask mask = input.mask();
    float[] kept = units(mask.inverted().levels());
    for (int i = 0; i < kept.length; i++) {
      kept[i] -= 0.5f;
    }
    FloatTensor shown = new FloatTensor(kept, Shape.of(1, 1, mask.height(), mask.width()));
    FloatTensor masked = input.maskedPixels();
    return FloatTensor.concat(List.of(shown, masked), 1);
  }

  /**
   * Image and mask in one, as LaMa's generator takes them (https://github.com/advimman/lama).
   *
   * @return (1, 4, h, w): the image, 0 to 1, with 0 in the hole, then 1 in the hole and 0 elsewhere
   */
  static FloatTensor ofLama(InpaintInput input) {
    Mask mask = input.mask();
    float[] masked = units(planes(input.image()));
    int area = mask.levels().length;
    for (int i = 0; i < masked.length; i++) {
      if (mask.levels()[i % area] != 0) {
        masked[i] = 0;
      }
    }
    FloatTensor image = FloatTensor.of(masked, 1, COLOURS, mask.height(), mask.width());
    FloatTensor hole = FloatTensor.of(units(mask.levels()), 1, 1, mask.height(), mask.width());
    return FloatTensor.concat(List.of(image, hole), 1);
  }

  /** Interleaved to one plane after the other. */
  private static byte[] planes(RgbImage image) {
    byte[] pixels = image.pixels();
    byte[] planes = new byte[pixels.length];
    int area = pixels.length / COLOURS;
    for (int i = 0, from = 0; i < area; i++, from += COLOURS) {
      planes[i] = pixels[from];
      planes[area + i] = pixels[from + 1];
      planes[2 * area + i] = pixels[from + 2];
    }
    return planes;
  }

  private static float[] units(byte[] levels) {
    float[] units = new float[levels.length];
    for (int i = 0; i < units.length; i++) {
      units[i] = (levels[i] & 0xFF) / 255f;
    }
    return units;
  }

  private static byte[] flags(byte[] levels) {
    byte[] flags = new byte[levels.length];
    for (int i = 0; i < flags.length; i++) {
      flags[i] = (byte) (levels[i] & 1);
    }
    return flags;
  }
}
