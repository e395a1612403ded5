package io.spackle.image;

import io.spackle.image.FramingOptions.Composite;
import io.spackle.image.FramingOptions.Resize;
import io.spackle.quality.ImageQuality;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Random;

/**
 * Measures what joining a generated image with its photo takes, by the kind of joining, placing a
 * photo on a larger canvas, and measuring the quality of a result. Prints medians of CPU time in
 * milliseconds.
 *
 * <p>Arguments: side in pixels, rounds.
 */
final class CompositeBench {

  private CompositeBench() {}

  public static void main(String[] args) {
    int side = Integer.parseInt(args[0]);
    int rounds = Integer.parseInt(args[1]);
    RgbImage photo = TestImages.random(new Random(1), side, side);
    RgbImage generated = TestImages.random(new Random(2), side, side);
    Mask soft = disc(side);
    for (Composite composite : Composite.values()) {
      FramingOptions options =
          FramingOptions.defaults().withResize(Resize.ORIGINAL).withComposite(composite);
      print(
          composite.name(),
          rounds,
          () -> Framing.unscaled(photo, soft, options).restore(generated));
    }
    Mask blank = new Mask(side, side, new byte[side * side]);
    print(
        "EXTEND to 4:3",
        rounds,
        () -> {
          Canvas canvas = Extension.of("4:3").canvas(side, side);
          canvas.extend(photo.plane(), 2);
          canvas.place(blank).or(canvas.mask(4));
        });
    Mask hole = soft.inverted().binarised();
    RgbImage result = Framing.unscaled(photo, hole, FramingOptions.defaults()).restore(generated);
    print("QUALITY", rounds, () -> ImageQuality.of(photo, result, hole));
  }

  private static void print(String name, int rounds, Runnable work) {
    long[] nanos = new long[rounds];
    for (int round = 0; round < rounds; round++) {
      long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      work.run();
      nanos[round] = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
    }
    Arrays.sort(nanos);
    System.out.printf("%-18s %6.1f ms%n", name, nanos[rounds / 2] / 1e6);
  }

  /** A disc with a soft rim of a twentieth of the side. */
  private static Mask disc(int side) {
    byte[] levels = new byte[side * side];
    for (int i = 0; i < levels.length; i++) {
      double radius = Math.hypot(i % side - side / 2.0, i / side - side / 2.0);
      double share = Math.max(0, Math.min(1, (radius - side * 0.3) / (side * 0.05)));
      levels[i] = (byte) Math.round(255 * share);
    }
    return new Mask(side, side, levels);
  }
}
