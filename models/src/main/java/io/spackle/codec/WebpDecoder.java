package io.spackle.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.spackle.binary.Bytes;
import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import javax.imageio.spi.ImageReaderSpi;

/**
 * A WebP file, decoded by libwebp. Its decoder refuses animations, so the first frame becomes a
 * still file, and is placed on its canvas, which is transparent around it. Layout: RFC 9649,
 * section 2.7.
 */
final class WebpDecoder implements ImageDecoder {

  private static final int FILE_HEADER_BYTES = 12;
  private static final int CHUNK_HEADER_BYTES = 8;
  private static final int EXTENDED_HEADER = FILE_HEADER_BYTES + CHUNK_HEADER_BYTES;
  private static final int EXTENDED_BYTES = 10;
  private static final int FRAME_HEADER_BYTES = 16;
  private static final int ANIMATION_FLAG = 0x02;
  private static final int ALPHA_FLAG = 0x10;
  private static final int LOSSLESS_ALPHA_FLAG = 0x10;

  private final PluginDecoder libwebp;
  private final boolean opaque;
  private final Optional<Frame> frame;

  private WebpDecoder(PluginDecoder libwebp, boolean opaque, Optional<Frame> frame) {
    this.libwebp = libwebp;
    this.opaque = opaque;
    this.frame = frame;
  }

  /**
   * The first frame of an animation.
   *
   * @param still a file of this frame alone
   * @param left the column of its left edge on the canvas
   * @param top the row of its upper edge
   */
  @SuppressWarnings("ArrayRecordComponent") // not compared
  private record Frame(byte[] still, int canvasWidth, int canvasHeight, int left, int top) {}

  /**
   * Opens a file and finds the first frame.
   *
   * @throws ImageException {@code TRUNCATED} or {@code UNSUPPORTED_FORMAT}
   */
  static WebpDecoder open(ImageReaderSpi plugin, byte[] file) throws IOException {
    boolean animated = isExtended(file) && (file[EXTENDED_HEADER] & ANIMATION_FLAG) != 0;
    Optional<Frame> frame = animated ? Optional.of(frame(file)) : Optional.empty();
    byte[] still = frame.map(Frame::still).orElse(file);
    return new WebpDecoder(PluginDecoder.open(plugin, still), isDeclaredOpaque(still), frame);
  }

  @Override
  public int width() throws IOException {
    return frame.isPresent() ? frame.get().canvasWidth() : libwebp.width();
  }

  @Override
  public int height() throws IOException {
    return frame.isPresent() ? frame.get().canvasHeight() : libwebp.height();
  }

  @Override
  public DecodedImage decode() throws IOException {
    DecodedImage decoded = decodeStill();
    DecodedImage image = opaque ? decoded.withoutAlpha() : decoded;
    return frame
        .map(f -> image.onCanvas(f.canvasWidth(), f.canvasHeight(), f.left(), f.top()))
        .orElse(image);
  }

  private DecodedImage decodeStill() throws IOException {
    try {
      return libwebp.decode();
    } catch (OutOfMemoryError e) {
      if (e.getMessage() != null) { // the JVM's own errors say what is exhausted
        throw e;
      }
      // libwebp's status for alpha that it cannot decode
      throw new IOException("damaged alpha, or too little memory", e);
    }
  }

  @Override
  public void close() {
    libwebp.close();
  }

  /** Whether a file declares no alpha but has an alpha chunk, which libwebp's tools then ignore. */
  private static boolean isDeclaredOpaque(byte[] bytes) {
    return isExtended(bytes)
        && (bytes[EXTENDED_HEADER] & ALPHA_FLAG) == 0
        && chunk(bytes, "ALPH").isPresent();
  }

  private static boolean isExtended(byte[] bytes) {
    return bytes.length >= EXTENDED_HEADER + EXTENDED_BYTES
        && Bytes.startsWith(bytes, FILE_HEADER_BYTES, "VP8X");
  }

  private static Frame frame(byte[] bytes) {
    ByteBuffer frame =
        chunk(bytes, "ANMF")
            .filter(chunk -> chunk.remaining() >= FRAME_HEADER_BYTES)
            .orElseThrow(
                () ->
                    new ImageException(
                        Reason.TRUNCATED, "the animated WebP file ends before its first frame"));
    int at = frame.position();
    int left = 2 * Bytes.u24LittleEndian(bytes, at);
    int top = 2 * Bytes.u24LittleEndian(bytes, at + 3);
    int width = 1 + Bytes.u24LittleEndian(bytes, at + 6);
    int height = 1 + Bytes.u24LittleEndian(bytes, at + 9);
    int canvasWidth = 1 + Bytes.u24LittleEndian(bytes, EXTENDED_HEADER + 4);
    int canvasHeight = 1 + Bytes.u24LittleEndian(bytes, EXTENDED_HEADER + 7);
    if (left + width > canvasWidth || top + height > canvasHeight) {
      throw new ImageException(
          Reason.UNSUPPORTED_FORMAT,
          String.format(
              "the first WebP frame has %d x %d pixels at (%d, %d), outside its canvas of %d x %d:"
                  + " store the animation again",
              width, height, left, top, canvasWidth, canvasHeight));
    }
    byte[] still = still(frame.position(at + FRAME_HEADER_BYTES), width, height);
    return new Frame(still, canvasWidth, canvasHeight, left, top);
  }

  /** The content of the first chunk with a name, if it is complete. */
  private static Optional<ByteBuffer> chunk(byte[] bytes, String name) {
    long at = FILE_HEADER_BYTES;
    while (at + CHUNK_HEADER_BYTES <= bytes.length) {
      long data = at + CHUNK_HEADER_BYTES;
      long length = Bytes.u32LittleEndian(bytes, (int) at + 4);
      if (Bytes.startsWith(bytes, (int) at, name)) {
        return data + length <= bytes.length
            ? Optional.of(ByteBuffer.wrap(bytes, (int) data, (int) length))
            : Optional.empty();
      }
      at = data + length + length % 2; // chunks are padded to even lengths
    }
    return Optional.empty();
  }

  /** A still file of a frame's chunks: {@code ALPH} and {@code VP8}, or {@code VP8L}. */
  private static byte[] still(ByteBuffer chunks, int width, int height) {
    byte[] bytes = chunks.array();
    int from = chunks.position();
    boolean alpha = Bytes.startsWith(bytes, from, "ALPH") || isLosslessWithAlpha(chunks);
    int length = 4 + CHUNK_HEADER_BYTES + EXTENDED_BYTES + chunks.remaining();
    ByteBuffer file = ByteBuffer.allocate(8 + length).order(ByteOrder.LITTLE_ENDIAN);
    file.put(tag("RIFF")).putInt(length).put(tag("WEBP"));
    file.put(tag("VP8X")).putInt(EXTENDED_BYTES).putInt(alpha ? ALPHA_FLAG : 0);
    put24(file, width - 1);
    put24(file, height - 1);
    return file.put(chunks).array();
  }

  /** Whether the bitstream after the chunk header and the signature byte 0x2F declares alpha. */
  private static boolean isLosslessWithAlpha(ByteBuffer chunks) {
    int flags = CHUNK_HEADER_BYTES + 4;
    return Bytes.startsWith(chunks.array(), chunks.position(), "VP8L")
        && chunks.remaining() > flags
        && (chunks.get(chunks.position() + flags) & LOSSLESS_ALPHA_FLAG) != 0;
  }

  private static void put24(ByteBuffer file, int value) {
    file.putShort((short) value).put((byte) (value >> 16));
  }

  private static byte[] tag(String name) {
    return name.getBytes(ISO_8859_1);
  }
}
