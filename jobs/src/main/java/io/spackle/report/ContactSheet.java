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

/** An image with the results of many rows: before and after side by side, in columns. */
final class ContactSheet {

  private static final int COLUMNS = 4;
  private static final int PANEL = 192;
  private static final int GAP = 8;
  private static final int CELL_WIDTH = 2 * PANEL + 2 * GAP;
  private static final int CELL_HEIGHT = PANEL + 2 * GAP;

  /** The maximum number of rows: on a screen, more would be too small to recognize anything. */
  static final int MAX_ROWS = 48;

  private ContactSheet() {}

  /**
   * Draws the sheet as a PNG file.
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

  /** Draws an image scaled to fit a panel, centred. */
  private static void draw(Graphics2D graphics, BufferedImage image, int left, int top) {
    double scale = (double) PANEL / Math.max(image.getWidth(), image.getHeight());
    int width = Math.max(1, (int) Math.round(image.getWidth() * scale));
    int height = Math.max(1, (int) Math.round(image.getHeight() * scale));
    graphics.drawImage(
        image, left + (PANEL - width) / 2, top + (PANEL - height) / 2, width, height, null);
  }
}
