package io.spackle.patchmatch;

import io.spackle.graph.Cancellation;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * Fills each {@code NAME.png} of a folder where {@code NAME.mask.png} is white, for {@code
 * patchmatch_compare.py}, and prints the seconds of each.
 *
 * <p>Arguments: the folder, a folder for the results, threads.
 */
final class PatchMatchCli {

  private PatchMatchCli() {}

  public static void main(String[] args) throws IOException {
    PatchMatchFill fill = new PatchMatchFill(Integer.parseInt(args[2]));
    for (Path file : images(Path.of(args[0]))) {
      String name = file.getFileName().toString();
      BufferedImage image = ImageIO.read(file.toFile());
      Path maskFile = file.resolveSibling(name.replace(".png", ".mask.png"));
      FillRequest request = FillRequest.of(pixels(image), mask(ImageIO.read(maskFile.toFile())), 1);
      long start = System.nanoTime();
      RgbImage filled = fill.fill(request, new Cancellation());
      System.out.println(name + " " + (System.nanoTime() - start) / 1e9);
      ImageIO.write(image(filled), "png", Path.of(args[1], name).toFile());
    }
  }

  private static List<Path> images(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> !file.toString().endsWith(".mask.png")).sorted().toList();
    }
  }

  private static RgbImage pixels(BufferedImage image) {
    RgbImage pixels = RgbImage.black(image.getWidth(), image.getHeight());
    for (int i = 0; i < image.getWidth() * image.getHeight(); i++) {
      int colour = image.getRGB(i % image.getWidth(), i / image.getWidth());
      pixels.pixels()[3 * i] = (byte) (colour >> 16);
      pixels.pixels()[3 * i + 1] = (byte) (colour >> 8);
      pixels.pixels()[3 * i + 2] = (byte) colour;
    }
    return pixels;
  }

  private static Mask mask(BufferedImage image) {
    byte[] levels = new byte[image.getWidth() * image.getHeight()];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (byte) image.getRGB(i % image.getWidth(), i / image.getWidth());
    }
    return new Mask(image.getWidth(), image.getHeight(), levels);
  }

  private static BufferedImage image(RgbImage pixels) {
    BufferedImage image =
        new BufferedImage(pixels.width(), pixels.height(), BufferedImage.TYPE_INT_RGB);
    byte[] bytes = pixels.pixels();
    for (int i = 0; i < pixels.width() * pixels.height(); i++) {
      int colour =
          (bytes[3 * i] & 0xFF) << 16 | (bytes[3 * i + 1] & 0xFF) << 8 | bytes[3 * i + 2] & 0xFF;
      image.setRGB(i % pixels.width(), i / pixels.width(), colour);
    }
    return image;
  }
}
