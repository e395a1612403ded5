package io.spackle.codec;

import java.io.Serializable;

/**
 * How an output image is made from its init image.
 *
 * @param format of the file
 * @param quality of lossy formats, 1 to 100
 * @param alpha what becomes of transparency
 * @param colour which colours the output has
 */
public record OutputOptions(OutputFormat format, int quality, Alpha alpha, Colour colour)
    implements Serializable {

  /** What becomes of an init image's transparency. */
  public enum Alpha {
    /** The output has it, if its format can. */
    KEEP,
    /** Transparent pixels show the background. */
    FLATTEN
  }

  /** The colours of an output. */
  public enum Colour {
    /** Those of the init image: its profile, and grey if it is grey. */
    KEEP,
    /** sRGB. */
    SRGB
  }

  public OutputOptions {
    if (quality < 1 || quality > 100) {
      throw new IllegalArgumentException("quality " + quality + ", expected 1 to 100");
    }
  }

  /** PNG, or quality 95, with the init image's transparency and colours. */
  public static OutputOptions defaults() {
    return new OutputOptions(OutputFormat.PNG, 95, Alpha.KEEP, Colour.KEEP);
  }

  public OutputOptions withFormat(OutputFormat other) {
    return new OutputOptions(other, quality, alpha, colour);
  }
}
