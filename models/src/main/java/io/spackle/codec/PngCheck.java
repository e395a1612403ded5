package io.spackle.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.InflaterInputStream;

/**
 * A check of a PNG file's chunks, because the JDK's reader accepts truncated and damaged files.
 * Layout: PNG specification, third edition, section 5.
 */
final class PngCheck {

  private static final int SIGNATURE_BYTES = 8;
  private static final int OVERHEAD_BYTES = 12; // length, type, CRC

  /** The size above which profiles are ignored; no profile in use is as large. */
  private static final int MAX_PROFILE_BYTES = 4 << 20;

  private PngCheck() {}

  /**
   * Checks every chunk up to IEND; bytes after it are ignored. Text chunks are not inflated.
   *
   * @throws ImageException {@code TRUNCATED} or {@code CORRUPT}
   */
  static FileFacts check(byte[] bytes) {
    FileFacts facts = FileFacts.NONE;
    int at = SIGNATURE_BYTES;
    while (true) {
      long available = (long) bytes.length - at - OVERHEAD_BYTES;
      long length = available < 0 ? 0 : ByteReader.u32(bytes, at);
      if (length > available) {
        throw new ImageException(
            Reason.TRUNCATED,
            "the PNG file ends at byte " + bytes.length + " before its IEND chunk");
      }
      String type = ByteReader.tag(bytes, at + 4);
      checkSum(bytes, at, (int) length, type);
      int data = at + 8;
      switch (type) {
        case "IEND" -> {
          return facts;
        }
        case "eXIf" -> facts = facts.withOrientation(Orientation.of(bytes, data, (int) length));
        case "iCCP" -> facts = withProfile(facts, bytes, data, (int) length);
        default -> {
          // Pixels are decoded by the reader; other chunks are ignored.
        }
      }
      at += (int) length + OVERHEAD_BYTES;
    }
  }

  private static void checkSum(byte[] bytes, int at, int length, String type) {
    CRC32 sum = new CRC32();
    sum.update(bytes, at + 4, length + 4);
    long stored = ByteReader.u32(bytes, at + 8 + length);
    if (sum.getValue() != stored) {
      throw new ImageException(
          Reason.CORRUPT,
          String.format(
              "PNG chunk %s at byte %d has checksum %08x, expected %08x",
              type, at, sum.getValue(), stored));
    }
  }

  /** A name, a zero, the compression method, then the deflated profile. */
  private static FileFacts withProfile(FileFacts facts, byte[] bytes, int data, int length) {
    String name = new String(bytes, data, Math.min(length, 80), ISO_8859_1);
    int skip = name.indexOf('\0') + 2;
    if (skip < 2 || skip > length) {
      return facts;
    }
    try (InflaterInputStream in =
        new InflaterInputStream(
            new ByteArrayInputStream(Arrays.copyOfRange(bytes, data + skip, data + length)))) {
      byte[] profile = in.readNBytes(MAX_PROFILE_BYTES + 1);
      return profile.length > MAX_PROFILE_BYTES ? facts : facts.withProfile(profile);
    } catch (IOException e) {
      return facts; // a damaged profile does not invalidate the image
    }
  }
}
