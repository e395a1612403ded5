package io.spackle.metadata;

import io.spackle.binary.Bytes;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Optional;

/** An ICC profile in parts, which JPEG files may have in any order. Layout: ICC.1:2022, B.4. */
final class SplitProfile {

  private static final int MAX_PARTS = 255;

  private final byte[][] parts = new byte[MAX_PARTS + 1][]; // by number, from 1
  private int count;

  /** Adds the number of a part, the count of all parts, and data. */
  void add(byte[] numbered) {
    if (numbered.length < 2) {
      return;
    }
    int number = Bytes.u8(numbered, 0);
    count = Math.max(count, Bytes.u8(numbered, 1));
    if (parts[number] == null) {
      parts[number] = Bytes.from(numbered, 2);
    }
  }

  /** The profile; empty if a part is missing. */
  Optional<byte[]> joined() {
    ByteArrayOutputStream profile = new ByteArrayOutputStream();
    for (int number = 1; number <= count; number++) {
      if (parts[number] == null) {
        return Optional.empty();
      }
      profile.writeBytes(parts[number]);
    }
    return count == 0 ? Optional.empty() : Optional.of(profile.toByteArray());
  }

  /** Writes a profile as segments; nothing if it is too large for JPEG. */
  static void write(ByteArrayOutputStream out, byte[] profile, byte[] prefix) {
    int step = JpegSegments.MAX_DATA - prefix.length - 2;
    int count = (profile.length + step - 1) / step;
    if (count > MAX_PARTS) {
      return;
    }
    for (int i = 0; i < count; i++) {
      byte[] start = Arrays.copyOf(prefix, prefix.length + 2);
      start[prefix.length] = (byte) (i + 1);
      start[prefix.length + 1] = (byte) count;
      byte[] part = Arrays.copyOfRange(profile, i * step, Math.min((i + 1) * step, profile.length));
      JpegSegments.write(out, JpegSegments.APP2, start, part);
    }
  }
}
