package io.spackle.segment;

import io.spackle.graph.Cancellation;
import io.spackle.graph.Device;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import io.spackle.segment.Segmenter.Answered;
import io.spackle.segment.Segmenter.Step;
import io.spackle.tensor.FloatTensor;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Segmenters and images for tests. */
final class Segments {

  /** The folders that golden/generate/segmenters.py writes. */
  private static final Path FOLDERS = Path.of(System.getProperty("golden.dir"), "segment");

  private Segments() {}

  static Path folder(String name) {
    return FOLDERS.resolve(name);
  }

  static Segmenter open(String name) {
    return open(name, SegmenterOptions.NONE);
  }

  static Segmenter open(String name, SegmenterOptions options) {
    return SegmenterModel.open(folder(name), options).load(Device.cpu(1));
  }

  /** The mask of an image by a rule. */
  static Mask mask(Segmenter segmenter, RgbImage image, SegmentRule rule) {
    return segmenter.mask(List.of(answered(segmenter, image)), rule);
  }

  /** An image with the answers for it. */
  static Answered answered(Segmenter segmenter, RgbImage image) {
    List<FloatTensor> answers = run(segmenter, Step.FIND, segmenter.inputs(image));
    List<FloatTensor> lines = segmenter.lines(answers, image);
    return new Answered(image, answers, run(segmenter, Step.READ, lines));
  }

  private static List<FloatTensor> run(Segmenter segmenter, Step step, List<FloatTensor> inputs) {
    return inputs.stream()
        .flatMap(input -> segmenter.run(step, List.of(input), new Cancellation()).stream())
        .toList();
  }

  /** The mask of some classes. */
  static Mask mask(Segmenter segmenter, RgbImage image, String... classes) {
    return mask(segmenter, image, SegmentRule.of(List.of(classes)));
  }

  /** An image that is drawn on a ground. */
  static RgbImage image(int width, int height, Color ground, Consumer<Graphics2D> painting) {
    BufferedImage canvas = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = canvas.createGraphics();
    graphics.setColor(ground);
    graphics.fillRect(0, 0, width, height);
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    painting.accept(graphics);
    graphics.dispose();
    byte[] pixels = new byte[3 * width * height];
    for (int i = 0; i < width * height; i++) {
      int rgb = canvas.getRGB(i % width, i / width);
      pixels[3 * i] = (byte) (rgb >> 16);
      pixels[3 * i + 1] = (byte) (rgb >> 8);
      pixels[3 * i + 2] = (byte) rgb;
    }
    return new RgbImage(width, height, pixels);
  }

  static Consumer<Graphics2D> block(Color colour, int x, int y, int width, int height) {
    return graphics -> {
      graphics.setColor(colour);
      graphics.fillRect(x, y, width, height);
    };
  }

  static Consumer<Graphics2D> text(Color colour, String text, int size, int x, int y) {
    return graphics -> {
      graphics.setColor(colour);
      graphics.setFont(new Font(Font.SANS_SERIF, Font.BOLD, size));
      graphics.drawString(text, x, y);
    };
  }
}
