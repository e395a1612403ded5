package io.spackle.image;

import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The compositing of an object with soft edges over a new background, in linear light.
 *
 * <p>At a soft edge a photo shows a mixture of the object and its old background. The object's own
 * colour is estimated there ({@link ForegroundColours}) and mixed with the new background instead,
 * so that neither a halo nor a fringe of the old colour is left. Thread-safe; what only the photo
 * determines is computed once, when it is needed first.
 */
final class Matte implements UnaryOperator<RgbImage> {

  /** Levels so close to 0 or 255 are noise of lossy formats and of models. */
  private static final int NOISE = 8;

  private final RgbImage photo;
  private final Mask levels;
  private final boolean keepsShadow;
  private Prepared prepared;

  /** The colours of the object, and the shadow that it casts. */
  private record Prepared(RgbImage object, Optional<Mask> shadow) {}

  /**
   * @param levels of the photo's size: 0 on the object, 255 on its background
   * @param keepsShadow whether the new background is darkened by the object's shadow
   */
  Matte(RgbImage photo, Mask levels, boolean keepsShadow) {
    this.photo = photo;
    this.levels = levels;
    this.keepsShadow = keepsShadow;
  }

  /** A mask as a matte: levels that are almost 0 or 255 are so. */
  static Mask levels(Mask mask) {
    byte[] clear = mask.levels().clone();
    for (int i = 0; i < clear.length; i++) {
      int level = clear[i] & 0xFF;
      clear[i] = level < NOISE ? 0 : level > 255 - NOISE ? (byte) 255 : clear[i];
    }
    return new Mask(mask.width(), mask.height(), clear);
  }

  /** Whether a level is neither that of the object nor that of the background. */
  static boolean isSoft(byte level) {
    return level != 0 && level != (byte) 255;
  }

  /** Whether a mask has soft edges. */
  static boolean isSoft(Mask mask) {
    for (byte level : mask.levels()) {
      if (isSoft(level)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The object over a new background.
   *
   * @param background of the photo's size
   * @return bit-identical to the photo where the level is 0; elsewhere a mixture with a share of
   *     the background of {@code level / 255}
   */
  @Override
  public RgbImage apply(RgbImage background) {
    Prepared ready = prepared();
    byte[] pixels = photo.pixels().clone();
    for (int i = 0; i < levels.levels().length; i++) {
      if (levels.levels()[i] != 0) {
        mix(i, ready, background.pixels(), pixels);
      }
    }
    return new RgbImage(photo.width(), photo.height(), pixels);
  }

  private void mix(int pixel, Prepared ready, byte[] background, byte[] result) {
    float share = (levels.levels()[pixel] & 0xFF) / 255f;
    int light = ready.shadow().map(ratios -> ratios.levels()[pixel] & 0xFF).orElse(255);
    for (int i = RgbImage.CHANNELS * pixel; i < RgbImage.CHANNELS * (pixel + 1); i++) {
      if (share == 1 && light == 255) {
        result[i] = background[i];
      } else {
        float below = LinearLight.of(background[i]) * light / 255f;
        float above = LinearLight.of(ready.object().pixels()[i]);
        result[i] = LinearLight.level(above + share * (below - above));
      }
    }
  }

  private synchronized Prepared prepared() {
    if (prepared == null) {
      prepared =
          new Prepared(
              ForegroundColours.estimate(photo, levels),
              keepsShadow ? Shadow.of(photo, levels) : Optional.empty());
    }
    return prepared;
  }
}
