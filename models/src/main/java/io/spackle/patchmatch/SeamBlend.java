package io.spackle.patchmatch;

import java.util.Arrays;

/**
 * The removal of seams: colours whose differences to their neighbours are those of the sources,
 * that join the known pixels around the hole and stay close to the voted colours.
 *
 * <p>A screened Poisson equation, as in P. Bhat and others, "Fourier Analysis of the 2D Screened
 * Poisson Equation for Gradient Domain Problems" (2008); such blending of patches is due to S.
 * Darabi and others, "Image Melding: Combining Inconsistent Images using Patch-based Synthesis"
 * (2012). Solved by Gauss-Seidel steps on a checkerboard: pixels of one colour depend on the other.
 */
final class SeamBlend {

  private static final int STEPS = 24;
  private static final int CHANNELS = 3;
  private static final int CHUNK = 8 * NearestField.CHUNK;
  private static final int OUTSIDE = -1;

  /** How much a pixel is held to its voted colour: corrections fade within four or five pixels. */
  private static final float SCREEN = 0.05f;

  private final NearestField field;
  private final Level level;
  private final int[] hole; // positions
  private final int[] neighbours; // four per pixel of the hole: its number there, or OUTSIDE
  private final float[] fixed; // per channel: what does not change between the steps
  private final float[] colours; // per channel: the solution
  private final float[] scale; // one over the weight of a pixel's equations

  private SeamBlend(NearestField field) {
    this.field = field;
    this.level = field.level();
    this.hole = level.holePixels();
    this.neighbours = new int[4 * hole.length];
    this.fixed = new float[CHANNELS * hole.length];
    this.colours = new float[CHANNELS * hole.length];
    this.scale = new float[hole.length];
  }

  /** Blends the hole of a field's level, whose colours have been voted. */
  static void apply(NearestField field, Workers workers) {
    SeamBlend blend = new SeamBlend(field);
    int length = blend.hole.length;
    workers.ranges(length, NearestField.CHUNK, blend::prepare);
    for (int step = 0; step < 2 * STEPS; step++) {
      int parity = step & 1;
      workers.ranges(length, CHUNK, (from, to) -> blend.relax(from, to, parity));
    }
    workers.ranges(length, NearestField.CHUNK, blend::write);
  }

  private void prepare(int from, int to) {
    for (int i = from; i < to; i++) {
      long colour = level.pixels()[hole[i]];
      colours[CHANNELS * i] = Packed.red(colour);
      colours[CHANNELS * i + 1] = Packed.green(colour);
      colours[CHANNELS * i + 2] = Packed.blue(colour);
      add(i, colour, SCREEN);
      int x = hole[i] % level.width();
      int y = hole[i] / level.width();
      prepareSide(i, 0, x > 0 ? -1 : 0);
      prepareSide(i, 1, x < level.width() - 1 ? 1 : 0);
      prepareSide(i, 2, y > 0 ? -level.width() : 0);
      prepareSide(i, 3, y < level.height() - 1 ? level.width() : 0);
      scale[i] = 1 / (SCREEN + scale[i]);
    }
  }

  /**
   * Adds the equation of a pixel and its neighbour: their difference is that of the sources.
   *
   * @param step to the neighbour's position, 0 at the image's edge
   */
  private void prepareSide(int i, int side, int step) {
    int at = hole[i] + step;
    neighbours[4 * i + side] = OUTSIDE;
    if (step == 0) {
      return;
    }
    int source = source(hole[i]);
    if (level.kinds()[at] == Level.HOLE) {
      neighbours[4 * i + side] = Arrays.binarySearch(hole, at);
      int other = source(at);
      addStep(i, source, source + step, 0.5f);
      addStep(i, other - step, other, 0.5f);
      scale[i]++;
    } else if (level.kinds()[at] == Level.SOURCE) { // what is excluded must not bleed in either
      add(i, level.pixels()[at], 1);
      addStep(i, source, source + step, 1);
      scale[i]++;
    }
  }

  /** Adds the difference of two source pixels; none where a source lies at the image's edge. */
  private void addStep(int i, int here, int there, float share) {
    if (here < 0 || there < 0 || here >= level.pixels().length || there >= level.pixels().length) {
      return;
    }
    add(i, level.pixels()[here], share);
    add(i, level.pixels()[there], -share);
  }

  /** The pixel that the patch around a pixel, or the nearest patch in the image, copies there. */
  private int source(int at) {
    int radius = field.radius();
    int width = level.width();
    int x = Math.max(radius, Math.min(width - 1 - radius, at % width));
    int y = Math.max(radius, Math.min(level.height() - 1 - radius, at / width));
    int centre = y * width + x;
    return field.sources()[field.numbers()[centre]] + at - centre;
  }

  private void add(int i, long colour, float share) {
    fixed[CHANNELS * i] += share * Packed.red(colour);
    fixed[CHANNELS * i + 1] += share * Packed.green(colour);
    fixed[CHANNELS * i + 2] += share * Packed.blue(colour);
  }

  /** Solves the equations of every second pixel for that pixel. */
  private void relax(int from, int to, int parity) {
    int width = level.width();
    for (int i = from; i < to; i++) {
      int at = hole[i];
      if ((at / width + at % width & 1) == parity) {
        relax(i);
      }
    }
  }

  private void relax(int i) {
    int at = CHANNELS * i;
    float red = fixed[at];
    float green = fixed[at + 1];
    float blue = fixed[at + 2];
    for (int side = 4 * i; side < 4 * i + 4; side++) {
      int neighbour = CHANNELS * neighbours[side];
      if (neighbour >= 0) {
        red += colours[neighbour];
        green += colours[neighbour + 1];
        blue += colours[neighbour + 2];
      }
    }
    colours[at] = red * scale[i];
    colours[at + 1] = green * scale[i];
    colours[at + 2] = blue * scale[i];
  }

  private void write(int from, int to) {
    for (int i = from; i < to; i++) {
      int at = CHANNELS * i;
      level.pixels()[hole[i]] =
          Packed.of(level(colours[at]), level(colours[at + 1]), level(colours[at + 2]));
    }
  }

  private static int level(float value) {
    return Math.max(0, Math.min(255, Math.round(value)));
  }
}
