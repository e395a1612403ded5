package io.spackle.image;

/**
 * A colour in {@link LinearLight}, with the primaries of sRGB.
 *
 * @param red 0 to 1 within the gamut, as are green and blue
 */
record LinearRgb(double red, double green, double blue) {

  /** The colour of three 8-bit sRGB values. */
  static LinearRgb read(byte[] pixels, int at) {
    return new LinearRgb(
        LinearLight.of(pixels[at]), LinearLight.of(pixels[at + 1]), LinearLight.of(pixels[at + 2]));
  }

  /** Writes the colour as three 8-bit sRGB values; what is outside the gamut is clipped. */
  void write(byte[] pixels, int at) {
    pixels[at] = LinearLight.level((float) red);
    pixels[at + 1] = LinearLight.level((float) green);
    pixels[at + 2] = LinearLight.level((float) blue);
  }

  /** The luminance, 0 to 1 within the gamut. */
  double luminance() {
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  /** The highest of the three values. */
  double highest() {
    return Math.max(red, Math.max(green, blue));
  }

  LinearRgb plus(LinearRgb other) {
    return new LinearRgb(red + other.red, green + other.green, blue + other.blue);
  }

  LinearRgb minus(LinearRgb other) {
    return new LinearRgb(red - other.red, green - other.green, blue - other.blue);
  }

  double dot(LinearRgb other) {
    return red * other.red + green * other.green + blue * other.blue;
  }

  LinearRgb times(double factor) {
    return new LinearRgb(red * factor, green * factor, blue * factor);
  }

  double distance(LinearRgb other) {
    LinearRgb difference = minus(other);
    return Math.sqrt(difference.dot(difference));
  }

  /** The colour made paler until no value is above 1, with the same luminance; white at most. */
  LinearRgb withinGamut() {
    double highest = highest();
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
