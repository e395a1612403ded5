package io.spackle.jobs;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;

/**
 * Draws the pictures, masks and manifest of the demo, {@code conf/demo}; no text, for fonts differ.
 *
 * <p>Run {@link #main} in the module's folder after a change; a test compares.
 */
final class DemoScenes {

  static final Path FOLDER = Path.of("..", "conf", "demo");

  private static final int SIDE = 256;

  /**
   * A picture with something to repaint.
   *
   * @param mask what is repainted
   */
  record Scene(String id, String prompt, Consumer<Graphics2D> picture, Shape mask) {

    BufferedImage drawn() {
      BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
      Graphics2D graphics = smooth(image);
      picture.accept(graphics);
      graphics.dispose();
      return image;
    }

    BufferedImage drawnMask() {
      BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
      Graphics2D graphics = image.createGraphics();
      graphics.setColor(Color.WHITE);
      graphics.fill(mask);
      graphics.dispose();
      return image;
    }

    String line() {
      return """
      {"id": "%1$s", "init_image": "%1$s.png", "mask_image": "%1$s_mask.png", "prompt": "%2$s"}
      """
          .formatted(id, prompt);
    }
  }

  /** Rows that fail, to show that the others do not mind. */
  private static final String BAD_ROWS =
      """
      {"id": "lost", "init_image": "lost.png", "mask_image": "mug_mask.png", "prompt": "a lost file"}
      {"id": "eager", "init_image": "mug.png", "mask_image": "mug_mask.png", "prompt": "a mug", \
      "num_inference_steps": 500}
      """;

  private DemoScenes() {}

  /** Writes all files anew. */
  public static void main(String[] args) throws IOException {
    Files.createDirectories(FOLDER);
    for (Scene scene : scenes()) {
      ImageIO.write(scene.drawn(), "png", FOLDER.resolve(scene.id() + ".png").toFile());
      ImageIO.write(scene.drawnMask(), "png", FOLDER.resolve(scene.id() + "_mask.png").toFile());
    }
    Files.writeString(FOLDER.resolve("manifest.jsonl"), manifest());
  }

  static String manifest() {
    return scenes().stream().map(Scene::line).collect(Collectors.joining()) + BAD_ROWS;
  }

  static List<Scene> scenes() {
    return List.of(
        new Scene("mug", "a plain white mug on a wooden table", DemoScenes::mug, grown(crack(), 9)),
        new Scene("shirt", "a clean blue shirt", DemoScenes::shirt, grown(stain(), 8)),
        new Scene("logo", "a plain red shirt", DemoScenes::logoShirt, grown(logo(), 8)),
        new Scene(
            "bottle", "a green bottle with a blank label", DemoScenes::bottle, grown(label(), 4)),
        new Scene("chair", "an empty room", DemoScenes::chair, grown(chairOutline(), 8)),
        new Scene("lamp", "a vase on a shelf", DemoScenes::lamp, grown(lampOutline(), 10)),
        new Scene(
            "landscape", "hills under a clear sky", DemoScenes::landscape, grown(scratches(), 3)),
        new Scene("sneaker", "a white sneaker", DemoScenes::sneaker, grown(tag(), 8)),
        new Scene("plant", "a tiled wall", DemoScenes::plant, grown(plantOutline(), 8)),
        new Scene(
            "clock", "a round mirror on a striped wall", DemoScenes::clock, circle(128, 112, 70)),
        new Scene("fruit", "a lemon in a bowl", DemoScenes::fruit, circle(128, 104, 42)),
        new Scene("sky", "an empty evening sky", DemoScenes::balloon, grown(balloonOutline(), 8)));
  }

  private static void mug(Graphics2D g) {
    wall(g, new Color(0xD8E2DC), new Color(0xBFD0CB), 170);
    wood(g, 170);
    shadow(g, 128, 204, 66, 14);
    g.setColor(new Color(0xF4F1EA));
    g.setStroke(new BasicStroke(13));
    g.draw(new Ellipse2D.Double(164, 100, 44, 62));
    g.setPaint(new GradientPaint(76, 0, new Color(0xFFFFFF), 180, 0, new Color(0xD6D1C4)));
    g.fill(new RoundRectangle2D.Double(76, 78, 104, 126, 26, 26));
    ellipse(g, 128, 84, 52, 13, new Color(0xC9C2B2));
    ellipse(g, 128, 86, 46, 9, new Color(0x6B4A32));
    g.setColor(new Color(0x5B5348));
    g.fill(crack());
  }

  private static Shape crack() {
    return line(3, 96, 104, 110, 120, 102, 136, 120, 152, 112, 172, 124, 190);
  }

  private static void shirt(Graphics2D g) {
    wall(g, new Color(0xF6EFE6), new Color(0xEADFCF), SIDE);
    garment(g, new Color(0x4C7FB8));
    g.setColor(new Color(0x6A, 0x4A, 0x2E, 190));
    g.fill(stain());
  }

  private static Shape stain() {
    Area stain = new Area(circle(112, 150, 17));
    stain.add(new Area(circle(130, 160, 12)));
    stain.add(new Area(circle(104, 168, 7)));
    stain.add(new Area(circle(136, 140, 5)));
    return stain;
  }

  private static void logoShirt(Graphics2D g) {
    dots(g, new Color(0xF3E9D2), new Color(0xE3D3AE));
    garment(g, new Color(0xC8453B));
    g.setColor(new Color(0xFFE8A3));
    g.fill(logo());
    ellipse(g, 128, 132, 11, 11, new Color(0xC8453B));
  }

  private static Shape logo() {
    Path2D star = new Path2D.Double();
    for (int i = 0; i < 10; i++) {
      double radius = i % 2 == 0 ? 34 : 17;
      double angle = Math.PI * (i / 5.0 - 0.5);
      point(star, i == 0, 128 + radius * Math.cos(angle), 132 + radius * Math.sin(angle));
    }
    star.closePath();
    return star;
  }

  private static void bottle(Graphics2D g) {
    wall(g, new Color(0xFBE7D0), new Color(0xF2CDA5), 190);
    floor(g, new Color(0xC98F5F), 190);
    shadow(g, 128, 226, 44, 9);
    Path2D glass = new Path2D.Double();
    glass.moveTo(116, 28);
    glass.lineTo(140, 28);
    glass.lineTo(141, 76);
    glass.curveTo(142, 98, 166, 96, 166, 122);
    glass.lineTo(166, 214);
    glass.quadTo(166, 228, 152, 228);
    glass.lineTo(104, 228);
    glass.quadTo(90, 228, 90, 214);
    glass.lineTo(90, 122);
    glass.curveTo(90, 96, 114, 98, 115, 76);
    glass.closePath();
    g.setPaint(new GradientPaint(88, 0, new Color(0x2F6B4F), 168, 0, new Color(0x6FB08C)));
    g.fill(glass);
    rectangle(g, 113, 20, 30, 18, new Color(0xB0413E));
    g.setColor(new Color(0xFAF3DD));
    g.fill(label());
    for (int i = 0; i < 4; i++) {
      rectangle(g, 100 + i * 4, 142 + i * 14, 56 - i * 8, 5, new Color(0x9A6A3A));
    }
  }

  private static Shape label() {
    return new Rectangle2D.Double(90, 132, 76, 66);
  }

  private static void chair(Graphics2D g) {
    stripes(g, new Color(0xE4EBE4), new Color(0xD6E0D7), 24);
    wood(g, 178);
    rectangle(g, 0, 172, SIDE, 8, new Color(0xFAFAF5));
    shadow(g, 130, 226, 70, 10);
    g.setColor(new Color(0xE08E45));
    g.fill(chairOutline());
    rectangle(g, 84, 140, 92, 10, new Color(0xF2B880));
  }

  private static Shape chairOutline() {
    Area chair = new Area(new RoundRectangle2D.Double(88, 56, 84, 74, 20, 20));
    chair.subtract(new Area(new RoundRectangle2D.Double(104, 72, 52, 40, 12, 12)));
    chair.add(new Area(new RoundRectangle2D.Double(80, 136, 100, 22, 10, 10)));
    for (int x : new int[] {86, 164}) {
      chair.add(new Area(new Rectangle2D.Double(x, 120, 10, 106)));
    }
    return chair;
  }

  private static void lamp(Graphics2D g) {
    wall(g, new Color(0x3E4C63), new Color(0x5A6B85), SIDE);
    ellipse(g, 128, 96, 92, 84, new Color(0xFF, 0xE9, 0xB0, 50));
    ellipse(g, 128, 96, 64, 58, new Color(0xFF, 0xE9, 0xB0, 60));
    rectangle(g, 0, 206, SIDE, 16, new Color(0x9C6B43));
    rectangle(g, 0, 222, SIDE, 34, new Color(0x33405A));
    books(g);
    g.setColor(new Color(0xF6D186));
    g.fill(lampOutline());
    rectangle(g, 124, 116, 8, 78, new Color(0xB98B3E));
  }

  private static Shape lampOutline() {
    Path2D shade = polygon(98, 60, 158, 60, 178, 118, 78, 118);
    Area lamp = new Area(shade);
    lamp.add(new Area(new Rectangle2D.Double(124, 110, 8, 86)));
    lamp.add(new Area(new RoundRectangle2D.Double(100, 192, 56, 14, 12, 12)));
    return lamp;
  }

  private static void books(Graphics2D g) {
    int[] colours = {0xB5524A, 0x6E9887, 0xD9A441, 0x7A5C86};
    for (int i = 0; i < colours.length; i++) {
      int height = 46 + i * 17 % 30;
      rectangle(g, 192 + i * 15, 206 - height, 13, height, new Color(colours[i]));
      rectangle(g, 4 + i * 15, 206 - height + 8, 13, height - 8, new Color(colours[3 - i]));
    }
  }

  private static void landscape(Graphics2D g) {
    g.setPaint(new GradientPaint(0, 0, new Color(0x7FB7DD), 0, 150, new Color(0xF7E7C6)));
    g.fillRect(0, 0, SIDE, SIDE);
    ellipse(g, 190, 64, 22, 22, new Color(0xFFF4C2));
    hill(g, 150, 26, 0.021, 0.4, new Color(0x8DB38B));
    hill(g, 178, 22, 0.027, 2.1, new Color(0x6A9A6B));
    hill(g, 212, 16, 0.033, 4.0, new Color(0x49794F));
    g.setColor(new Color(0xF3EFE6));
    g.fill(scratches());
  }

  private static Shape scratches() {
    Area scratches = new Area(line(3, 20, 38, 90, 96, 150, 120, 236, 214));
    scratches.add(new Area(line(2, 232, 18, 176, 110, 120, 226)));
    scratches.add(new Area(line(2, 40, 150, 70, 168, 118, 170)));
    return scratches;
  }

  private static void sneaker(Graphics2D g) {
    wall(g, new Color(0xCFE5F2), new Color(0xA9CCE3), SIDE);
    shadow(g, 128, 204, 104, 12);
    Path2D shoe = new Path2D.Double();
    shoe.moveTo(34, 110);
    shoe.curveTo(48, 130, 84, 128, 96, 100);
    shoe.curveTo(124, 136, 172, 146, 212, 152);
    shoe.quadTo(234, 158, 232, 186);
    shoe.lineTo(28, 186);
    shoe.closePath();
    g.setColor(new Color(0xFAFAFA));
    g.fill(shoe);
    g.setColor(new Color(0x2E4A62));
    g.fill(new RoundRectangle2D.Double(24, 182, 212, 20, 16, 16));
    g.setStroke(new BasicStroke(4, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    for (int i = 0; i < 4; i++) {
      g.draw(line(0.1, 112 + i * 18, 124 + i * 7, 100 + i * 20, 140 + i * 6));
    }
    g.setColor(new Color(0xE4572E));
    g.fill(tag());
    ellipse(g, 60, 146, 4, 4, new Color(0xFAFAFA));
  }

  private static Shape tag() {
    Shape upright = new RoundRectangle2D.Double(44, 134, 46, 36, 8, 8);
    return AffineTransform.getRotateInstance(-0.2, 66, 152).createTransformedShape(upright);
  }

  private static void plant(Graphics2D g) {
    tiles(g);
    rectangle(g, 0, 214, SIDE, 42, new Color(0x8A8178));
    shadow(g, 128, 220, 52, 9);
    leaves(g);
    g.setColor(new Color(0xC96F4A));
    g.fill(pot());
    rectangle(g, 88, 150, 80, 14, new Color(0xDB8A66));
  }

  private static Shape plantOutline() {
    Area outline = new Area(pot());
    outline.add(new Area(new Rectangle2D.Double(88, 150, 80, 14)));
    outline.add(new Area(new Ellipse2D.Double(22, 34, 212, 140)));
    return outline;
  }

  private static Shape pot() {
    return polygon(92, 152, 164, 152, 154, 218, 102, 218);
  }

  private static void leaves(Graphics2D g) {
    for (int i = 0; i < 9; i++) {
      Shape leaf = new Ellipse2D.Double(120, 50, 18, 104);
      double angle = (i - 4) * 0.27;
      g.setColor(i % 2 == 0 ? new Color(0x4E8F5A) : new Color(0x6FB178));
      g.fill(AffineTransform.getRotateInstance(angle, 128, 154).createTransformedShape(leaf));
    }
  }

  private static void clock(Graphics2D g) {
    stripes(g, new Color(0xF0D9C4), new Color(0xE7C8AB), 16);
    ellipse(g, 132, 118, 64, 64, new Color(0x00, 0x00, 0x00, 40));
    ellipse(g, 128, 112, 64, 64, new Color(0x3B3A3C));
    ellipse(g, 128, 112, 56, 56, new Color(0xFBFAF6));
    g.setColor(new Color(0x3B3A3C));
    for (int i = 0; i < 12; i++) {
      Shape mark = new Rectangle2D.Double(126, 62, 4, i % 3 == 0 ? 12 : 6);
      double angle = i * Math.PI / 6;
      g.fill(AffineTransform.getRotateInstance(angle, 128, 112).createTransformedShape(mark));
    }
    g.fill(line(5, 128, 112, 104, 92));
    g.fill(line(3, 128, 112, 154, 74));
    rectangle(g, 0, 220, SIDE, 36, new Color(0x8C6A55));
  }

  private static void fruit(Graphics2D g) {
    wall(g, new Color(0xE9EEF2), new Color(0xCBD6DE), 168);
    cloth(g, 168);
    ellipse(g, 92, 122, 34, 34, new Color(0xE9B44C));
    ellipse(g, 166, 122, 34, 34, new Color(0xA6C36F));
    g.setPaint(new GradientPaint(100, 70, new Color(0xE85D4E), 156, 138, new Color(0xA42B2B)));
    g.fill(circle(128, 104, 36));
    g.setColor(new Color(0x5B4636));
    g.fill(line(4, 128, 70, 134, 56));
    Path2D bowl = new Path2D.Double();
    bowl.moveTo(44, 138);
    bowl.lineTo(212, 138);
    bowl.curveTo(206, 196, 166, 214, 128, 214);
    bowl.curveTo(90, 214, 50, 196, 44, 138);
    g.setPaint(new GradientPaint(44, 0, new Color(0x4F86A6), 212, 0, new Color(0x2B5770)));
    g.fill(bowl);
  }

  private static void balloon(Graphics2D g) {
    g.setPaint(new GradientPaint(0, 0, new Color(0x35477D), 0, 230, new Color(0xF67E7D)));
    g.fillRect(0, 0, SIDE, SIDE);
    Random random = new Random(5);
    for (int i = 0; i < 40; i++) {
      ellipse(g, random.nextInt(SIDE), random.nextInt(110), 1, 1, new Color(0xFFF6D5));
    }
    hill(g, 226, 10, 0.024, 1.0, new Color(0x241B3A));
    g.setColor(new Color(0xF7D08A));
    g.fill(balloonOutline());
    ellipse(g, 140, 92, 14, 46, new Color(0xE0533D));
    ellipse(g, 140, 92, 46, 10, new Color(0xE0533D));
  }

  private static Shape balloonOutline() {
    Area balloon = new Area(new Ellipse2D.Double(94, 46, 92, 92));
    balloon.add(new Area(polygon(106, 122, 174, 122, 150, 158, 130, 158)));
    balloon.add(new Area(new Rectangle2D.Double(129, 160, 22, 16)));
    return balloon;
  }

  private static void garment(Graphics2D g, Color colour) {
    Path2D shirt = new Path2D.Double();
    shirt.moveTo(92, 48);
    shirt.quadTo(128, 74, 164, 48);
    shirt.lineTo(204, 66);
    shirt.lineTo(232, 122);
    shirt.lineTo(200, 138);
    shirt.lineTo(186, 114);
    shirt.lineTo(188, 226);
    shirt.lineTo(68, 226);
    shirt.lineTo(70, 114);
    shirt.lineTo(56, 138);
    shirt.lineTo(24, 122);
    shirt.lineTo(52, 66);
    shirt.closePath();
    g.setColor(new Color(0, 0, 0, 30));
    g.fill(AffineTransform.getTranslateInstance(5, 7).createTransformedShape(shirt));
    g.setPaint(new GradientPaint(60, 0, colour.brighter(), 200, 0, colour));
    g.fill(shirt);
    g.setColor(colour.darker());
    g.setStroke(new BasicStroke(3));
    g.draw(line(0.1, 70, 114, 78, 90));
    g.draw(line(0.1, 186, 114, 178, 90));
  }

  private static void wall(Graphics2D g, Color top, Color bottom, int height) {
    g.setPaint(new GradientPaint(0, 0, top, 0, height, bottom));
    g.fillRect(0, 0, SIDE, height);
  }

  private static void floor(Graphics2D g, Color colour, int top) {
    g.setPaint(new GradientPaint(0, top, colour, 0, SIDE, colour.darker()));
    g.fillRect(0, top, SIDE, SIDE - top);
  }

  private static void wood(Graphics2D g, int top) {
    floor(g, new Color(0xC59A6D), top);
    Random random = new Random(11);
    g.setStroke(new BasicStroke(1.5f));
    for (int y = top + 6; y < SIDE; y += 8) {
      g.setColor(new Color(0x7A, 0x52, 0x30, 40 + random.nextInt(60)));
      Path2D grain = new Path2D.Double();
      grain.moveTo(0, y);
      grain.curveTo(80, y + random.nextInt(9) - 4, 170, y + random.nextInt(9) - 4, SIDE, y);
      g.draw(grain);
    }
  }

  private static void cloth(Graphics2D g, int top) {
    rectangle(g, 0, top, SIDE, SIDE - top, new Color(0xF5EFE6));
    for (int i = 0; i < SIDE; i += 32) {
      rectangle(g, i, top, 16, SIDE - top, new Color(0xC8, 0x5A, 0x54, 90));
      rectangle(g, 0, top + i, SIDE, 16, new Color(0xC8, 0x5A, 0x54, 90));
    }
  }

  private static void tiles(Graphics2D g) {
    rectangle(g, 0, 0, SIDE, SIDE, new Color(0xDCE4E8));
    for (int y = 0; y < SIDE; y += 32) {
      for (int x = 0; x < SIDE; x += 32) {
        boolean dark = (x + y) / 32 % 2 == 0;
        rectangle(g, x + 1, y + 1, 30, 30, new Color(dark ? 0x9DB8C4 : 0xF2F6F7));
        ellipse(g, x + 16, y + 16, 7, 7, new Color(dark ? 0xF2F6F7 : 0x9DB8C4));
      }
    }
  }

  private static void stripes(Graphics2D g, Color even, Color odd, int width) {
    for (int x = 0; x < SIDE; x += width) {
      rectangle(g, x, 0, width, SIDE, x / width % 2 == 0 ? even : odd);
    }
  }

  private static void dots(Graphics2D g, Color ground, Color dot) {
    rectangle(g, 0, 0, SIDE, SIDE, ground);
    for (int y = 8; y < SIDE; y += 24) {
      for (int x = 8 + y / 24 % 2 * 12; x < SIDE; x += 24) {
        ellipse(g, x, y, 5, 5, dot);
      }
    }
  }

  private static void hill(
      Graphics2D g, int height, int swing, double pace, double phase, Color colour) {
    Path2D hill = new Path2D.Double();
    hill.moveTo(0, SIDE);
    for (int x = 0; x <= SIDE; x += 4) {
      hill.lineTo(x, height + swing * Math.sin(x * pace + phase));
    }
    hill.lineTo(SIDE, SIDE);
    hill.closePath();
    g.setColor(colour);
    g.fill(hill);
  }

  private static void shadow(Graphics2D g, int x, int y, int width, int height) {
    ellipse(g, x, y, width, height, new Color(0, 0, 0, 45));
    ellipse(g, x, y, width * 8 / 10, height * 7 / 10, new Color(0, 0, 0, 45));
  }

  private static void ellipse(Graphics2D g, int x, int y, int width, int height, Color colour) {
    g.setColor(colour);
    g.fill(new Ellipse2D.Double(x - width, y - height, 2.0 * width, 2.0 * height));
  }

  private static void rectangle(Graphics2D g, int x, int y, int width, int height, Color colour) {
    g.setColor(colour);
    g.fillRect(x, y, width, height);
  }

  private static Shape circle(int x, int y, int radius) {
    return new Ellipse2D.Double(x - radius, y - radius, 2.0 * radius, 2.0 * radius);
  }

  /** A stroke through points. */
  private static Shape line(double width, double... points) {
    Path2D path = new Path2D.Double();
    for (int i = 0; i < points.length; i += 2) {
      point(path, i == 0, points[i], points[i + 1]);
    }
    int round = BasicStroke.CAP_ROUND;
    return new BasicStroke((float) width, round, BasicStroke.JOIN_ROUND).createStrokedShape(path);
  }

  private static Path2D polygon(double... points) {
    Path2D path = new Path2D.Double();
    for (int i = 0; i < points.length; i += 2) {
      point(path, i == 0, points[i], points[i + 1]);
    }
    path.closePath();
    return path;
  }

  private static void point(Path2D path, boolean first, double x, double y) {
    if (first) {
      path.moveTo(x, y);
    } else {
      path.lineTo(x, y);
    }
  }

  private static Shape grown(Shape shape, int pixels) {
    Area grown = new Area(shape);
    int round = BasicStroke.CAP_ROUND;
    BasicStroke edge = new BasicStroke(2f * pixels, round, BasicStroke.JOIN_ROUND);
    grown.add(new Area(edge.createStrokedShape(shape)));
    return grown;
  }

  private static Graphics2D smooth(BufferedImage image) {
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    return graphics;
  }
}
