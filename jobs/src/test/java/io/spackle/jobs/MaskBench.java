package io.spackle.jobs;

import io.spackle.jobs.driver.SparkSessions;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/**
 * Images per second of jobs whose masks a model finds, compared with jobs whose masks are files.
 * Both fill the masked region with a plain colour, so that nearly all of the difference is the
 * search.
 */
public final class MaskBench {

  private static final int ROUNDS = 3;

  private final Path folder;
  private final int side;
  private final int rows;

  private MaskBench(Path folder, int side, int rows) {
    this.folder = folder;
    this.side = side;
    this.rows = rows;
  }

  public static void main(String[] args) throws IOException {
    Path folder = Files.createTempDirectory("spackle-masks-");
    new MaskBench(folder, Integer.parseInt(args[0]), Integer.parseInt(args[1])).run();
    SparkSessions.stop();
  }

  private void run() throws IOException {
    Path photos = Files.createDirectories(folder.resolve("photos"));
    for (int i = 0; i < rows; i++) {
      ImageIO.write(photo(i), "png", photos.resolve(i + ".png").toFile());
    }
    Path mask = folder.resolve("mask.png");
    ImageIO.write(mask(), "png", mask.toFile());
    speed("warm-up", "--mask-from", "text"); // starts Spark and opens the segmenter
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      double files = speed("files-" + round, "--mask", mask.toString());
      double found = speed("found-" + round, "--mask-from", "text");
      ratios.add(found / files);
      System.out.printf(
          "  round %d: %.2f images per second with a mask file, %.2f with masks of text%n",
          round, files, found);
    }
    Collections.sort(ratios);
    System.out.printf("masks of text / mask file: median %.2f%n", ratios.get(ROUNDS / 2));
  }

  private double speed(String name, String option, String value) throws IOException {
    return BenchJob.imagesPerSecond(
        "--images",
        folder.resolve("photos").toString(),
        option,
        value,
        "--model",
        "builtin:fill",
        "--out",
        folder.resolve(name).toString());
  }

  /** Grain with a caption. */
  private BufferedImage photo(int seed) {
    BufferedImage photo = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    Random grain = new Random(seed);
    for (int i = 0; i < side * side; i++) {
      int level = 150 + grain.nextInt(16);
      photo.setRGB(i % side, i / side, level << 16 | level << 8 | level);
    }
    Graphics2D graphics = photo.createGraphics();
    graphics.setColor(Color.BLACK);
    graphics.setFont(new Font(Font.SANS_SERIF, Font.BOLD, side / 14));
    graphics.drawString("ONLY " + seed + ".99 TODAY", side / 10, side / 2);
    graphics.dispose();
    return photo;
  }

  /** A mask of the caption. */
  private BufferedImage mask() {
    BufferedImage mask = new BufferedImage(side, side, BufferedImage.TYPE_BYTE_GRAY);
    Graphics2D graphics = mask.createGraphics();
    graphics.fillRect(side / 12, side / 2 - side / 12, 3 * side / 4, side / 9);
    graphics.dispose();
    return mask;
  }
}
