package io.spackle.patchmatch;

import io.spackle.graph.Cancellation;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import java.util.Arrays;
import java.util.Random;

/**
 * Measures fills of drawn images, and prints the seconds of each round: elapsed, and of CPU time.
 *
 * <p>Arguments: threads, rounds. Run as {@code ./bench fill}.
 */
final class PatchMatchBench {

  private PatchMatchBench() {}

  public static void main(String[] args) {
    int rounds = Integer.parseInt(args[1]);
    PatchMatchFill fill = new PatchMatchFill(Integer.parseInt(args[0]));
    measure(fill, "512 x 512, 10%", request(512, 512, 0.1), rounds);
    measure(fill, "4000 x 3000, 5%", request(4000, 3000, 0.05), rounds);
  }

  private static void measure(PatchMatchFill fill, String name, FillRequest request, int rounds) {
    double[] seconds = new double[rounds];
    for (int round = 0; round < rounds; round++) {
      double cpu = cpuSeconds();
      long start = System.nanoTime();
      fill.fill(request, new Cancellation());
      seconds[round] = (System.nanoTime() - start) / 1e9;
      System.out.printf(
          "%s, round %d: %.3f s, %.2f s of CPU time%n",
          name, round, seconds[round], cpuSeconds() - cpu);
    }
    Arrays.sort(seconds);
    System.out.printf("%s: median %.3f s, best %.3f s%n", name, seconds[rounds / 2], seconds[0]);
  }

  private static double cpuSeconds() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
  }

  /** Blurred noise over waves, as uneven as a photo, with a square hole in the middle. */
  private static FillRequest request(int width, int height, double share) {
    Random random = new Random(1);
    byte[] pixels = new byte[3 * width * height];
    for (int at = 0; at < width * height; at++) {
      int x = at % width;
      int y = at / width;
      double level = 128 + 50 * Math.sin(x / 17.0 + Math.sin(y / 29.0) * 3) * Math.cos(y / 41.0);
      for (int channel = 0; channel < 3; channel++) {
        pixels[3 * at + channel] =
            (byte) (level + channel * 10 + 25 * Math.sin(x * y / 900.0) + random.nextInt(20));
      }
    }
    return FillRequest.of(new RgbImage(width, height, pixels), hole(width, height, share), 1);
  }

  private static Mask hole(int width, int height, double share) {
    int side = (int) Math.sqrt(width * height * share);
    int left = (width - side) / 2;
    int top = (height - side) / 2;
    byte[] levels = new byte[width * height];
    for (int y = top; y < top + side; y++) {
      Arrays.fill(levels, y * width + left, y * width + left + side, (byte) 255);
    }
    return new Mask(width, height, levels);
  }
}
