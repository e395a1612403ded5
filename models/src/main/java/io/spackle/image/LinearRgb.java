package io.spackle.image;

/**
 * A colour in linear light with the primaries of sRGB (IEC 61966-2-1), in which light adds up.
 *
 * @param red 0 to 1 within the gamut, as are green and blue
 */
record LinearRgb(double red, double green, double blue) {

  private static final double[] FROM_SRGB = new double[256];

  static {
    for (int level = 0; level < 256; level++) {
      double value = level / 255.0;
      FROM_SRGB[level] =
          value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
    }
  }

  /** The colour of three 8-bit sRGB values. */
  static LinearRgb read(byte[] pixels, int at) {
    return new LinearRgb(
        FROM_SRGB[pixels[at] & 0xFF],
        FROM_SRGB[pixels[at + 1] & 0xFF],
        FROM_SRGB[pixels[at + 2] & 0xFF]);
  }

  /** Writes the colour as three 8-bit sRGB values; what is outside the gamut is clipped. */
  void write(byte[] pixels, int at) {
    pixels[at] = srgb(red);
    pixels[at + 1] = srgb(green);
    pixels[at + 2] = srgb(blue);
  }

  private static byte srgb(double value) {
    double clipped = Math.max(0, Math.min(1, value));
    double encoded =
        clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * Math.pow(clipped, 1 / 2.4) - 0.055;
    return (byte) Math.round(255 * encoded);
  }

  /** The luminance, 0 to 1 within the gamut. */
  double luminance() {
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  LinearRgb plus(LinearRgb other) {
    return new LinearRgb(red + other.red, green + other.green, blue + other.blue);
  }

  LinearRgb times(double factor) {
    return new LinearRgb(red * factor, green * factor, blue * factor);
  }

  double distance(LinearRgb other) {
    double r = red - other.red;
    double g = green - other.green;
    double b = blue - other.blue;
    return Math.sqrt(r * r + g * g + b * b);
  }

  /** The colour made paler until no value is above 1, with the same luminance; white at most. */
  LinearRgb withinGamut() {
    double highest = Math.max(red, Math.max(green, blue));
    if (highest <= 1) {
      return this;
    }
    double grey = Math.min(1, luminance());
    double saturation = grey == 1 ? 0 : (1 - grey) / (highest - grey);
    return new LinearRgb(
        grey + saturation * (red - grey),
        grey + saturation * (green - grey),
        grey + saturation * (blue - grey));
  }
}
