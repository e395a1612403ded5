package io.spackle.codec;

import io.spackle.binary.Bytes;
import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * The headers of a JPEG file that decide how it is decoded. Layout: ITU-T T.81, annex B; JFIF 1.02;
 * Adobe Technical Note 5116, section 18.
 *
 * @param sampling the factors of each component, 0xHV
 * @param colours what the components are
 * @param stripped the file without application segments and comments, which decoders stumble over
 */
@SuppressWarnings("ArrayRecordComponent") // not compared
record JpegFrame(int width, int height, int[] sampling, Colours colours, byte[] stripped) {

  private static final int START_OF_FRAME = 0xC0;
  private static final int PROGRESSIVE = 0xC2;
  private static final int START_OF_SCAN = 0xDA;
  private static final int APP0 = 0xE0;
  private static final int APP14 = 0xEE;
  private static final int APP15 = 0xEF;
  private static final int COMMENT = 0xFE;
  private static final int FRAME_BYTES = 8; // without components
  private static final int JFIF_BYTES = 16;
  private static final int ADOBE_BYTES = 14;

  /** What the components of a frame are. */
  enum Colours {
    GREY,
    RGB,
    YCBCR,
    /** Inks, inverted as Adobe does: 255 is no ink. */
    CMYK,
    /** The same, with C, M and Y as YCbCr of their complements. */
    YCCK
  }

  /**
   * Reads the headers up to the first scan.
   *
   * @throws ImageException {@code TRUNCATED}, {@code CORRUPT}, or {@code UNSUPPORTED_FORMAT} for
   *     processes other than baseline, extended and progressive Huffman coding of 8 bits
   */
  static JpegFrame read(byte[] file) {
    return new Reader(file).read();
  }

  int channels() {
    return sampling.length;
  }

  /** Whether a channel has all columns but only half the rows. */
  boolean isHalvedInHeight(int channel) {
    int widest = Arrays.stream(sampling).map(factors -> factors >> 4).max().orElseThrow();
    int tallest = Arrays.stream(sampling).map(factors -> factors & 0x0F).max().orElseThrow();
    return sampling[channel] >> 4 == widest && 2 * (sampling[channel] & 0x0F) == tallest;
  }

  private static final class Reader {

    private final byte[] file;
    private final ByteArrayOutputStream kept;
    private boolean jfif;
    private int adobe = -1; // the colour transform

    Reader(byte[] file) {
      this.file = file;
      kept = new ByteArrayOutputStream(file.length);
    }

    JpegFrame read() {
      kept.write(file, 0, 2);
      int frame = -1;
      int at = JpegCheck.marker(file, 2);
      while (Bytes.u8(file, at + 1) != START_OF_SCAN) {
        int code = Bytes.u8(file, at + 1);
        if (JpegCheck.isStandalone(code)) {
          at = JpegCheck.marker(file, at + 2);
          continue;
        }
        int end = at + 2 + JpegCheck.length(file, at + 2);
        if (JpegCheck.isFrame(code)) {
          checkProcess(code);
          frame = at;
        }
        if (code >= APP0 && code <= APP15) {
          application(code, at, end - at);
        } else if (code != COMMENT) {
          kept.write(file, at, end - at);
        }
        at = JpegCheck.marker(file, end);
      }
      if (frame < 0) {
        throw unsupported("a scan without a frame header");
      }
      kept.write(file, at, file.length - at);
      return frame(frame);
    }

    private static void checkProcess(int code) {
      if (code > PROGRESSIVE) {
        int kind = code - START_OF_FRAME;
        throw unsupported(
            kind >= 8
                ? "arithmetic coding"
                : kind == 3 ? "lossless coding" : "hierarchical coding");
      }
    }

    private void application(int code, int at, int bytes) {
      if (code == APP0 && bytes >= JFIF_BYTES && Bytes.startsWith(file, at + 4, "JFIF\0")) {
        jfif = true;
      }
      if (code == APP14 && bytes >= ADOBE_BYTES && Bytes.startsWith(file, at + 4, "Adobe")) {
        adobe = Bytes.u8(file, at + 15);
      }
    }

    private JpegFrame frame(int at) {
      int bits = Bytes.u8(file, at + 4);
      if (bits != Byte.SIZE) {
        throw unsupported("samples of " + bits + " bits, expected 8");
      }
      int height = Bytes.u16(file, at + 5);
      int width = Bytes.u16(file, at + 7);
      int channels = Bytes.u8(file, at + 9);
      if (height == 0) {
        throw unsupported("no height in the frame header");
      }
      if (channels != 1 && channels != 3 && channels != 4
          || Bytes.u16(file, at + 2) < FRAME_BYTES + 3 * channels) {
        throw unsupported(channels + " channels, expected 1, 3 or 4");
      }
      int[] ids = new int[channels];
      int[] sampling = new int[channels];
      for (int i = 0; i < channels; i++) {
        ids[i] = Bytes.u8(file, at + 10 + 3 * i);
        sampling[i] = Bytes.u8(file, at + 11 + 3 * i);
      }
      return new JpegFrame(width, height, sampling, colours(ids), kept.toByteArray());
    }

    /** The rules of libjpeg, without its warnings. */
    private Colours colours(int[] ids) {
      if (ids.length == 1) {
        return Colours.GREY;
      }
      if (ids.length == 4) {
        return adobe <= 0 ? Colours.CMYK : Colours.YCCK;
      }
      boolean named = ids[0] == 'R' && ids[1] == 'G' && ids[2] == 'B';
      boolean rgb = !jfif && (adobe == 0 || adobe < 0 && named);
      return rgb ? Colours.RGB : Colours.YCBCR;
    }

    private static ImageException unsupported(String found) {
      return new ImageException(
          Reason.UNSUPPORTED_FORMAT,
          "found a JPEG file with " + found + ": store it again, as an ordinary JPEG or PNG");
    }
  }
}
