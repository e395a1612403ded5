package io.spackle.source;

import java.io.IOException;
import java.io.InputStream;

/** Bytes read up to a limit, whatever a header or a file system says their number is. */
final class BoundedReads {

  private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

  private BoundedReads() {}

  /**
   * All bytes of a stream, which stays open.
   *
   * @throws io.spackle.row.RowException if there are more than {@code maxBytes}
   */
  static byte[] read(InputStream in, long maxBytes, Location location) throws IOException {
    byte[] bytes = in.readNBytes((int) Math.min(maxBytes + 1, LONGEST_ARRAY));
    if (bytes.length > maxBytes) {
      throw location.tooLarge(maxBytes);
    }
    return bytes;
  }
}
