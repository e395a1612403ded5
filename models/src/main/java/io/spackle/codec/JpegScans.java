package io.spackle.codec;

import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The scans of a JPEG file. A progressive file without its last ones is a truncated image, which
 * decoders smooth, each in its own way. Layout: ITU-T T.81, sections B.2.2, B.2.3 and G.1.1.
 */
final class JpegScans {

  private static final int COEFFICIENTS = 64;
  private static final int ABSENT = 16; // more bits than a coefficient has

  /** The bits that each coefficient of a component lacks. */
  private final Map<Integer, int[]> lacking = new HashMap<>();

  /**
   * Adds the components of a frame.
   *
   * @param frame its header without the length: bits, height, width, number of components, and of
   *     each its name, sampling factors and quantization table
   */
  void addFrame(ByteBuffer frame) {
    for (int at = 6; at + 3 <= frame.limit(); at += 3) {
      int[] bits = new int[COEFFICIENTS];
      Arrays.fill(bits, ABSENT);
      lacking.put(frame.get(at) & 0xFF, bits);
    }
  }

  /**
   * Adds a scan.
   *
   * @param scan its header without the length: number of components, of each its name and tables,
   *     the first and last coefficient, and the bits before and after it
   */
  void addScan(ByteBuffer scan) {
    int components = scan.hasRemaining() ? scan.get(0) : 0;
    int end = 1 + 2 * components;
    if (components < 0 || end + 3 > scan.limit()) {
      return; // decoders refuse it
    }
    int last = Math.min(scan.get(end + 1) & 0xFF, COEFFICIENTS - 1);
    int bits = scan.get(end + 2) & 0x0F;
    for (int i = 0; i < components; i++) {
      int[] coefficients = lacking.getOrDefault(scan.get(1 + 2 * i) & 0xFF, new int[0]);
      for (int k = scan.get(end) & 0xFF; k <= last && k < coefficients.length; k++) {
        coefficients[k] = bits;
      }
    }
  }

  /**
   * Checks that all bits of all coefficients were in a scan.
   *
   * @throws ImageException {@code TRUNCATED}
   */
  void checkComplete() {
    for (int[] coefficients : lacking.values()) {
      if (Arrays.stream(coefficients).anyMatch(bits -> bits > 0)) {
        throw new ImageException(
            Reason.TRUNCATED, "the JPEG file lacks its last scans, so that details are missing");
      }
    }
  }
}
