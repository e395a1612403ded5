package io.spackle.codec;

import io.spackle.binary.Bytes;
import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import io.spackle.image.Mask;
import java.io.IOException;
import java.util.Optional;
import javax.imageio.spi.ImageReaderSpi;

/**
 * A PNG file. What is not a {@link PlainPng} is decoded by the JDK, which ignores the transparent
 * level of grey images with 2 or 4 bits, and does not tell grey from palettes. Layout: PNG
 * specification, third edition, section 11.
 */
final class PngDecoder implements ImageDecoder {

  private static final int HEADER = 8;
  private static final int BITS = HEADER + 16;
  private static final int COLOUR = HEADER + 17;
  private static final int HEADER_END = HEADER + 25;
  private static final int OVERHEAD_BYTES = 12; // length, type, CRC
  private static final int ALPHA_FLAG = 4;

  private final PluginDecoder plugin;
  private final byte[] file;

  private PngDecoder(PluginDecoder plugin, byte[] file) {
    this.plugin = plugin;
    this.file = file;
  }

  static PngDecoder open(ImageReaderSpi plugin, byte[] file) throws IOException {
    if (Bytes.startsWith(file, HEADER + 4, "CgBI")) {
      throw new ImageException(
          Reason.UNSUPPORTED_FORMAT,
          "found a PNG file of Apple's kind CgBI, expected a standard one: convert it first");
    }
    return new PngDecoder(PluginDecoder.open(plugin, file), file);
  }

  @Override
  public int width() throws IOException {
    return plugin.width();
  }

  @Override
  public int height() throws IOException {
    return plugin.height();
  }

  @Override
  public DecodedImage decode() throws IOException {
    Optional<DecodedImage> plain = PlainPng.decode(file);
    return plain.isPresent() ? plain.get() : decodeByPlugin();
  }

  private DecodedImage decodeByPlugin() throws IOException {
    DecodedImage image = plugin.decode();
    boolean grey = (file[COLOUR] & ~ALPHA_FLAG) == 0;
    if (!grey) {
      return image;
    }
    Optional<Mask> alpha =
        file[BITS] < Byte.SIZE ? transparentLevel().map(l -> alpha(image, l)) : image.alpha();
    return new DecodedImage(image.colour(), alpha, true, image.deep());
  }

  /** The level of transparent pixels, in the file's bits. */
  private Optional<Integer> transparentLevel() {
    int at = HEADER_END;
    while (!Bytes.startsWith(file, at + 4, "IDAT")) {
      if (Bytes.startsWith(file, at + 4, "tRNS")) {
        return Optional.of(Bytes.u16(file, at + 8));
      }
      at += (int) Bytes.u32(file, at) + OVERHEAD_BYTES;
    }
    return Optional.empty();
  }

  private Mask alpha(DecodedImage image, int transparent) {
    int level = transparent * 255 / ((1 << file[BITS]) - 1);
    byte[] alpha = new byte[image.colour().width() * image.colour().height()];
    for (int i = 0; i < alpha.length; i++) {
      alpha[i] = (byte) ((image.colour().pixels()[3 * i] & 0xFF) == level ? 0 : 255);
    }
    return new Mask(image.colour().width(), image.colour().height(), alpha);
  }

  @Override
  public void close() {
    plugin.close();
  }
}
