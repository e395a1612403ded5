package io.spackle.metadata;

import java.util.Optional;

/**
 * The resolution at which an image is shown or printed.
 *
 * @param x pixels per unit along a row, above 0
 * @param y pixels per unit along a column, above 0
 */
public record Resolution(double x, double y, Unit unit) {

  private static final double MAX = 1e7; // pixels per unit; above is no resolution

  /** The unit of length of a resolution. */
  public enum Unit {
    INCH(0.0254),
    CENTIMETRE(0.01),
    METRE(1),
    /** None: only the ratio of x and y is known. */
    NONE(1);

    private final double metres;

    Unit(double metres) {
      this.metres = metres;
    }
  }

  /** A resolution, or empty if the numbers are none, or only say that pixels are square. */
  static Optional<Resolution> of(double x, double y, Unit unit) {
    boolean usable = x > 0 && y > 0 && x <= MAX && y <= MAX;
    boolean says = unit != Unit.NONE || x != y;
    return usable && says ? Optional.of(new Resolution(x, y, unit)) : Optional.empty();
  }

  boolean isAbsolute() {
    return unit != Unit.NONE;
  }

  /** The same resolution in another unit; a ratio has no unit to convert. */
  Resolution in(Unit other) {
    double factor = isAbsolute() ? other.metres / unit.metres : 1;
    return factor == 1 ? this : new Resolution(x * factor, y * factor, other);
  }
}
