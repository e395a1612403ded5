package io.spackle.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.spackle.image.RgbImage;
import io.spackle.image.TestImages;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import javax.imageio.ImageIO;

/** A builder of image files with features that ordinary writers do not support. */
final class FileBuilder {

  private static final int GREY = 0;

  private FileBuilder() {}

  /**
   * A PNG file.
   *
   * @param colour the PNG colour type
   * @param rows packed rows, without filter bytes, all of one length
   * @param chunks complete chunks between header and pixels
   */
  static byte[] png(int width, int bits, int colour, byte[][] rows, byte[]... chunks) {
    ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(rows.length);
    header.put((byte) bits).put((byte) colour);
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    for (byte[] row : rows) {
      data.write(0);
      data.writeBytes(row);
    }
    return join(
        "\u0089PNG\r\n\u001A\n".getBytes(ISO_8859_1),
        chunk("IHDR", header.array()),
        join(chunks),
        chunk("IDAT", deflated(data.toByteArray())),
        chunk("IEND", new byte[0]));
  }

  /** An 8-bit grey PNG file with extra chunks. */
  static byte[] greyPng(byte[][] rows, byte[]... chunks) {
    return png(rows[0].length, 8, GREY, rows, chunks);
  }

  static byte[] chunk(String type, byte[] data) {
    byte[] body = join(type.getBytes(ISO_8859_1), data);
    CRC32 sum = new CRC32();
    sum.update(body);
    byte[] length = ByteBuffer.allocate(4).putInt(data.length).array();
    return join(length, body, ByteBuffer.allocate(4).putInt((int) sum.getValue()).array());
  }

  /** A PNG file with an extra chunk after its header. */
  static byte[] withChunk(byte[] png, byte[] chunk) {
    int end = 8 + 25; // signature, IHDR
    return join(Arrays.copyOf(png, end), chunk, Arrays.copyOfRange(png, end, png.length));
  }

  static byte[] profileChunk(byte[] profile) {
    return chunk("iCCP", join(new byte[] {'x', 0, 0}, deflated(profile)));
  }

  static byte[] deflated(byte[] data) {
    Deflater deflater = new Deflater();
    deflater.setInput(data);
    deflater.finish();
    byte[] buffer = new byte[data.length + 100];
    int length = deflater.deflate(buffer);
    deflater.end();
    return Arrays.copyOf(buffer, length);
  }

  /** A JPEG file with an extra segment after its first two bytes. */
  static byte[] withSegment(byte[] jpeg, int code, byte[] data) {
    ByteBuffer segment = ByteBuffer.allocate(4 + data.length);
    segment.put((byte) 0xFF).put((byte) code).putShort((short) (data.length + 2)).put(data);
    return join(Arrays.copyOf(jpeg, 2), segment.array(), Arrays.copyOfRange(jpeg, 2, jpeg.length));
  }

  /** A WebP file in the extended layout, with an extra chunk before or after the pixels. */
  static byte[] extendedWebp(byte[] webp, RgbImage image, String type, byte[] data) {
    boolean profile = type.equals("ICCP");
    ByteBuffer header = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(profile ? 0x20 : 0x08);
    header.putShort((short) (image.width() - 1)).put((byte) 0);
    header.putShort((short) (image.height() - 1)).put((byte) 0);
    byte[] pixels = Arrays.copyOfRange(webp, 12, webp.length);
    byte[] extra = riff(type, data);
    byte[] body =
        join(
            "WEBP".getBytes(ISO_8859_1),
            riff("VP8X", header.array()),
            profile ? extra : pixels,
            profile ? pixels : extra);
    return riff("RIFF", body);
  }

  private static byte[] riff(String type, byte[] data) {
    ByteBuffer length = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(data.length);
    return join(type.getBytes(ISO_8859_1), length.array(), data, new byte[data.length % 2]);
  }

  /** An EXIF block with the orientation only. */
  static byte[] exif(int orientation, ByteOrder order) {
    ByteBuffer block = ByteBuffer.allocate(26).order(order);
    block.put((order == ByteOrder.BIG_ENDIAN ? "MM" : "II").getBytes(ISO_8859_1));
    block.putShort((short) 42).putInt(8).putShort((short) 1);
    entry(block, 0x0112, orientation);
    return block.putInt(0).array();
  }

  /** An uncompressed 8-bit RGB TIFF file. */
  static byte[] tiff(RgbImage image, int orientation) {
    int directory = 10 * 12 + 6;
    ByteBuffer file = ByteBuffer.allocate(8 + directory + 6 + image.pixels().length);
    file.order(ByteOrder.BIG_ENDIAN).put("MM".getBytes(ISO_8859_1)).putShort((short) 42).putInt(8);
    file.putShort((short) 10);
    entry(file, 256, image.width());
    entry(file, 257, image.height());
    file.putShort((short) 258).putShort((short) 3).putInt(3).putInt(8 + directory); // bits
    entry(file, 259, 1); // not compressed
    entry(file, 262, 2); // RGB
    entry(file, 273, 8 + directory + 6); // where pixels are
    entry(file, 274, orientation);
    entry(file, 277, 3); // samples
    entry(file, 278, image.height()); // rows per strip
    file.putShort((short) 279).putShort((short) 4).putInt(1).putInt(image.pixels().length);
    file.putInt(0).putShort((short) 8).putShort((short) 8).putShort((short) 8);
    return file.put(image.pixels()).array();
  }

  private static void entry(ByteBuffer directory, int tag, int value) {
    directory.putShort((short) tag).putShort((short) 3).putInt(1);
    directory.putShort((short) value).putShort((short) 0);
  }

  /** A file from one of the JDK's writers. */
  static byte[] jdk(RgbImage image, String format) throws IOException {
    BufferedImage buffered =
        new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < image.width() * image.height(); i++) {
      int x = i % image.width();
      int y = i / image.width();
      buffered.setRGB(x, y, TestImages.rgb(image, x, y));
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (!ImageIO.write(buffered, format, out)) {
      throw new IOException("no writer for " + format);
    }
    return out.toByteArray();
  }

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
