package io.spackle.metadata;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import javax.imageio.ImageIO;

/** Small image files without metadata, and the parts of metadata. */
final class Files {

  /** Made by libwebp: 3 x 2 pixels, lossy, lossless, and both with alpha. */
  static final byte[] WEBP_LOSSY =
      HexFormat.of()
          .parseHex(
              "524946463800000057454250565038202c000000b001009d012a0300020002c04c25a00274ba00000000"
                  + "00ec8fc2b14ff16d23a14c87ff10e7105b51d6200000");

  static final byte[] WEBP_LOSSLESS =
      HexFormat.of()
          .parseHex("524946461e000000574542505650384c110000002f024000000750b22257a6ff8188e87f0000");

  static final byte[] WEBP_ALPHA =
      HexFormat.of()
          .parseHex(
              "524946465a00000057454250565038580a00000010000000020000010000414c504807000000005a5a5a"
                  + "5a5a5a00565038202c000000b001009d012a0300020002c04c25a00274ba0000000000ec8fc2b14f"
                  + "f16d23a14c87ff10e7105b51d6200000");

  static final byte[] WEBP_LOSSLESS_ALPHA =
      HexFormat.of()
          .parseHex("524946461e000000574542505650384c110000002f024000100750b22257a65a8188e87f0000");

  private Files() {}

  static byte[] png() {
    return jdk("png");
  }

  static byte[] jpeg() {
    return jdk("jpeg");
  }

  static byte[] jdk(String format) {
    BufferedImage image = new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB);
    image.setRGB(1, 1, 0x336699);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, format, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** A file with chunks after its header. */
  static byte[] png(byte[]... chunks) {
    byte[] png = png();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(png, 0, 33); // signature and IHDR
    for (byte[] chunk : chunks) {
      out.writeBytes(chunk);
    }
    out.write(png, 33, png.length - 33);
    return out.toByteArray();
  }

  static byte[] chunk(String type, byte[] data) {
    byte[] body = join(type, data);
    CRC32 sum = new CRC32();
    sum.update(body);
    return ByteBuffer.allocate(12 + data.length)
        .putInt(data.length)
        .put(body)
        .putInt((int) sum.getValue())
        .array();
  }

  /** A file with segments after its first two bytes. */
  static byte[] jpeg(byte[]... segments) {
    byte[] jpeg = jpeg();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(jpeg, 0, 2);
    for (byte[] segment : segments) {
      out.writeBytes(segment);
    }
    out.write(jpeg, 2, jpeg.length - 2);
    return out.toByteArray();
  }

  static byte[] segment(int code, byte[] data) {
    return ByteBuffer.allocate(4 + data.length)
        .put((byte) 0xFF)
        .put((byte) code)
        .putShort((short) (data.length + 2))
        .put(data)
        .array();
  }

  static byte[] deflated(byte[] data) {
    Deflater deflater = new Deflater();
    deflater.setInput(data);
    deflater.finish();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] buffer = new byte[8192];
    while (!deflater.finished()) {
      out.write(buffer, 0, deflater.deflate(buffer));
    }
    deflater.end();
    return out.toByteArray();
  }

  static byte[] join(String prefix, byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(prefix.getBytes(ISO_8859_1));
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  /** Bytes that do not compress. */
  static byte[] noise(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  /** A packet with properties between the tags of a description. */
  static byte[] xmp(String properties) {
    return ("<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
            + "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
            + " <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
            + "  <rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\""
            + " xmlns:tiff=\"http://ns.adobe.com/tiff/1.0/\""
            + " xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmp:Rating=\"4\">\n"
            + properties
            + "\n  </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>\n"
            + "                                        \n<?xpacket end=\"w\"?>")
        .getBytes(UTF_8);
  }

  /** A short IPTC record: the caption "A cat". */
  static byte[] iptc() {
    return join("\u001C\2\u0078\0\5A cat");
  }

  /**
   * An EXIF block with an orientation, 300 dpi, a directory with the size 3000 x 2000, and a
   * thumbnail of the given bytes at its end.
   *
   * @param type of the orientation
   */
  static byte[] exif(ByteOrder order, int type, int orientation, byte[] thumbnail) {
    int details = 8 + 2 + 5 * 12 + 4 + 16;
    int next = details + 2 + 2 * 12 + 4;
    int end = next + 2 + 2 * 12 + 4;
    ByteBuffer block = ByteBuffer.allocate(end + thumbnail.length).order(order);
    block.put((order == ByteOrder.BIG_ENDIAN ? "MM" : "II").getBytes(ISO_8859_1));
    block.putShort((short) 42).putInt(8).putShort((short) 5);
    entry(block, 0x0112, type, orientation);
    entry(block, 0x011A, 5, details - 16);
    entry(block, 0x011B, 5, details - 8);
    entry(block, 0x0128, 3, 2);
    entry(block, 0x8769, 4, details);
    block.putInt(next);
    block.putInt(300).putInt(1).putInt(300).putInt(1);
    block.putShort((short) 2);
    entry(block, 0xA002, 4, 3000);
    entry(block, 0xA003, 3, 2000);
    block.putInt(0).putShort((short) 2);
    entry(block, 0x0201, 4, end);
    entry(block, 0x0202, 4, thumbnail.length);
    return block.putInt(0).put(thumbnail).array();
  }

  private static void entry(ByteBuffer block, int tag, int type, int value) {
    block.putShort((short) tag).putShort((short) type).putInt(1);
    int start = block.position();
    switch (type) {
      case 1 -> block.put((byte) value);
      case 3 -> block.putShort((short) value);
      default -> block.putInt(value);
    }
    block.position(start + 4);
  }
}
