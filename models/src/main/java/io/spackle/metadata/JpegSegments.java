package io.spackle.metadata;

import io.spackle.binary.Bytes;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The segments of a JPEG file before its first scan. Layout: ITU-T T.81, annex B. */
final class JpegSegments {

  static final int APP0 = 0xE0;
  static final int APP1 = 0xE1;
  static final int APP2 = 0xE2;
  static final int APP11 = 0xEB;
  static final int APP13 = 0xED;
  static final int APP14 = 0xEE;
  static final int COMMENT = 0xFE;

  /** The most bytes that a segment can have after its length. */
  static final int MAX_DATA = 0xFFFF - 2;

  private static final int START_OF_SCAN = 0xDA;
  private static final int END_OF_IMAGE = 0xD9;

  private JpegSegments() {}

  /** A segment in a file, checked to lie within it. */
  record Segment(byte[] file, int start, int length) {

    int code() {
      return Bytes.u8(file, start + 1);
    }

    int end() {
      return start + 4 + length;
    }

    byte[] data() {
      return Arrays.copyOfRange(file, start + 4, end());
    }

    boolean is(int code, String prefix) {
      return code() == code
          && length >= prefix.length()
          && Bytes.startsWith(file, start + 4, prefix);
    }
  }

  /** The segments up to the first scan, or up to the first one that is not complete. */
  static List<Segment> of(byte[] file) {
    List<Segment> segments = new ArrayList<>();
    int at = marker(file, 2);
    while (at + 4 <= file.length) {
      int code = Bytes.u8(file, at + 1);
      int length = Bytes.u16(file, at + 2) - 2;
      if (code == START_OF_SCAN || code == END_OF_IMAGE || length < 0) {
        break;
      }
      if (length > file.length - at - 4) {
        break;
      }
      Segment segment = new Segment(file, at, length);
      segments.add(segment);
      at = marker(file, segment.end());
    }
    return segments;
  }

  /** Whether segments are followed by a scan: nothing of a header is lost. */
  static boolean isFollowedByScan(byte[] file, List<Segment> segments) {
    int end = segments.isEmpty() ? 2 : segments.get(segments.size() - 1).end();
    int at = marker(file, end);
    return at + 4 <= file.length && Bytes.u8(file, at + 1) == START_OF_SCAN;
  }

  /** The position of the next marker with a segment; stray bytes before it are tolerated. */
  private static int marker(byte[] file, int from) {
    for (int at = from; at + 1 < file.length; at++) {
      int code = Bytes.u8(file, at + 1);
      boolean standalone = code >= 0xD0 && code <= 0xD8 || code == 0x01;
      if (Bytes.u8(file, at) == 0xFF && code != 0xFF && code != 0 && !standalone) {
        return at;
      }
    }
    return file.length;
  }

  /** Writes a segment with data of at most {@link #MAX_DATA} bytes after a prefix. */
  static void write(ByteArrayOutputStream out, int code, byte[] prefix, byte[] data) {
    int length = 2 + prefix.length + data.length;
    out.write(0xFF);
    out.write(code);
    out.write(length >> 8);
    out.write(length);
    out.writeBytes(prefix);
    out.writeBytes(data);
  }
}
