package io.spackle.codec;

import io.spackle.binary.Bytes;
import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import java.nio.ByteBuffer;

/**
 * A check of a JPEG file's segments up to its end marker, because decoders fill the missing part of
 * a truncated file with grey. Layout: ITU-T T.81, annex B.
 */
final class JpegCheck {

  private static final int PROGRESSIVE = 0xC2; // the last code of a frame that is decoded
  private static final int START_OF_SCAN = 0xDA;
  private static final int END_OF_IMAGE = 0xD9;

  private JpegCheck() {}

  /**
   * Checks that no scan and the end marker are missing; bytes after it are ignored.
   *
   * @throws ImageException {@code TRUNCATED} or {@code CORRUPT}
   */
  static void check(byte[] bytes) {
    JpegScans scans = new JpegScans();
    int at = 2;
    while (true) {
      at = marker(bytes, at);
      int code = Bytes.u8(bytes, at + 1);
      if (code == END_OF_IMAGE) {
        scans.checkComplete();
        return;
      }
      at += 2;
      if (isStandalone(code)) {
        continue;
      }
      ByteBuffer segment = ByteBuffer.wrap(bytes, at + 2, length(bytes, at) - 2).slice();
      at += 2 + segment.remaining();
      if (isFrame(code) && code <= PROGRESSIVE) {
        scans.addFrame(segment);
      }
      if (code == START_OF_SCAN) {
        scans.addScan(segment);
        at = afterScan(bytes, at);
      }
    }
  }

  /** Whether a marker starts a frame header. */
  static boolean isFrame(int code) {
    return code >= 0xC0 && code <= 0xCF && code != 0xC4 && code != 0xC8 && code != 0xCC;
  }

  /**
   * The position of the next marker's 0xFF; stray bytes before it are tolerated, as by decoders.
   */
  static int marker(byte[] bytes, int from) {
    for (int at = from; at + 1 < bytes.length; at++) {
      int code = Bytes.u8(bytes, at + 1);
      if (Bytes.u8(bytes, at) == 0xFF && code != 0xFF && code != 0) {
        return at;
      }
    }
    throw truncated(bytes);
  }

  /** Whether a marker has no segment: restart markers and TEM. */
  static boolean isStandalone(int code) {
    return code >= 0xD0 && code <= 0xD8 || code == 0x01;
  }

  static int length(byte[] bytes, int at) {
    if (at + 2 > bytes.length) {
      throw truncated(bytes);
    }
    int length = Bytes.u16(bytes, at);
    if (length < 2) {
      throw new ImageException(
          Reason.CORRUPT,
          "JPEG segment at byte " + at + " claims " + length + " bytes, expected at least 2");
    }
    if (at + length > bytes.length) {
      throw truncated(bytes);
    }
    return length;
  }

  /** The end of coded data: the next marker other than a restart. */
  private static int afterScan(byte[] bytes, int from) {
    int at = marker(bytes, from);
    while (isStandalone(Bytes.u8(bytes, at + 1))) {
      at = marker(bytes, at + 2);
    }
    return at;
  }

  private static ImageException truncated(byte[] bytes) {
    return new ImageException(
        Reason.TRUNCATED, "the JPEG file ends at byte " + bytes.length + " before its end marker");
  }
}
