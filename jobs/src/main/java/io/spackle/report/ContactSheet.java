package io.spackle.report;

import io.spackle.codec.Triptych;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;

/** Many rows in one image: before and after side by side, in columns. */
final class ContactSheet {

  private static final int COLUMNS = 4;
  private static final int PANEL = 192;
  private static final int GAP = 8;
  private static final int CELL_WIDTH = 2 * PANEL + 2 * GAP;
  private static final int CELL_HEIGHT = PANEL + 2 * GAP;

  /** More would be too small to see anything. */
  static final int MOST = 48;

  private ContactSheet() {}

  /**
   * A PNG file.
   *
   * @param previews JPEG files of {@link Triptych}; at least one
   */
  static byte[] png(List<byte[]> previews) throws IOException {
    int rows = (previews.size() + COLUMNS - 1) / COLUMNS;
    int columns = Math.min(COLUMNS, previews.size());
    BufferedImage sheet =
        new BufferedImage(columns * CELL_WIDTH, rows * CELL_HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = sheet.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
    for (int i = 0; i < previews.size(); i++) {
      BufferedImage panels = ImageIO.read(new ByteArrayInputStream(previews.get(i)));
      int left = i % COLUMNS * CELL_WIDTH + GAP;
      int top = i / COLUMNS * CELL_HEIGHT + GAP;
      draw(graphics, panel(panels, 0), left, top);
      draw(graphics, panel(panels, Triptych.PANELS - 1), left + PANEL, top);
    }
    graphics.dispose();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(sheet, "png", out);
    return out.toByteArray();
  }

  private static BufferedImage panel(BufferedImage panels, int index) {
    int width = panels.getWidth() / Triptych.PANELS;
    return panels.getSubimage(index * width, 0, width, panels.getHeight());
  }

  /** Fits an image into a panel, in the middle. */
  private static void draw(Graphics2D graphics, BufferedImage picture, int left, int top) {
    double scale = (double) PANEL / Math.max(picture.getWidth(), picture.getHeight());
    int width = Math.max(1, (int) Math.round(picture.getWidth() * scale));
    int height = Math.max(1, (int) Math.round(picture.getHeight() * scale));
    graphics.drawImage(
        picture, left + (PANEL - width) / 2, top + (PANEL - height) / 2, width, height, null);
  }
}
