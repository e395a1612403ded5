package io.spackle.codec;

import java.io.ByteArrayOutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.Adler32;

/**
 * Zlib streams of Huffman codes and of runs of one byte. The differences between the pixels of a
 * photo hardly ever repeat, so that the search for repeats, which takes nearly all the time of
 * {@link java.util.zip.Deflater}, gains next to nothing.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc1950">RFC 1950</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc1951">RFC 1951</a>
 */
final class HuffmanDeflater {

  /** A code for each block follows what changes within an image. */
  private static final int BLOCK_BYTES = 1 << 17;

  private static final int BYTE_VALUES = 256;
  private static final int END = 256;
  private static final int SYMBOLS = 286;
  private static final int LONGEST_CODE = 15;

  private static final int SHORTEST_RUN = 3;
  private static final int LONGEST_RUN = 258;
  private static final int FIRST_RUN_SYMBOL = 257;
  private static final int LONGEST_RUN_SYMBOL = 285;

  /** A repeat of the byte before is the first distance of the format, and the only one here. */
  private static final int DISTANCE_BITS = 1;

  private static final int LENGTH_SYMBOLS = 19;
  private static final int LONGEST_LENGTH_CODE = 7;

  /** The order in which the code of the lengths is stored. */
  private static final int[] LENGTH_ORDER = {
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15
  };

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] data;
  private final ByteArrayOutputStream out;

  /** Bits to be written; a block's symbols have at most two bytes each. */
  private final byte[] coded;

  private int length;
  private long bits;
  private int count;

  private HuffmanDeflater(byte[] data, ByteArrayOutputStream out) {
    this.data = data;
    this.out = out;
    this.coded = new byte[2 * (Math.min(data.length, BLOCK_BYTES) + SYMBOLS + Long.BYTES)];
  }

  /** Writes the zlib stream of some bytes, of which there is at least one. */
  static void write(byte[] data, ByteArrayOutputStream out) {
    HuffmanDeflater deflater = new HuffmanDeflater(data, out);
    out.write(0x78); // deflate, a window of 32 KiB
    out.write(0x01); // the fastest level
    for (int from = 0; from < data.length; from += BLOCK_BYTES) {
      deflater.writeBlock(from, Math.min(data.length, from + BLOCK_BYTES));
    }
    Adler32 sum = new Adler32();
    sum.update(data);
    out.writeBytes(ByteBuffer.allocate(4).putInt((int) sum.getValue()).array());
  }

  private void writeBlock(int from, int end) {
    boolean isLast = end == data.length;
    int[] runs = runs(from, end);
    HuffmanCode code = HuffmanCode.of(symbolCounts(from, runs), LONGEST_CODE);
    put(isLast ? 1 : 0, 1);
    put(2, 2); // a block with codes of its own
    writeCode(code);
    writeSymbols(from, runs, code);
    put(code.bits()[END], code.lengths()[END]);
    if (isLast) {
      put(0, -count & (Byte.SIZE - 1));
    }
    out.write(coded, 0, length);
    length = 0;
  }

  /**
   * The parts of a block that repeat the byte before them, each at most as long as a symbol can
   * say: start and end of each, in turns. The last one is empty, at the end of the block.
   */
  private int[] runs(int from, int end) {
    int[] runs = new int[1 << 8];
    int found = 0;
    for (int at = from + 1; at <= end - Long.BYTES; at += Long.BYTES / 2) {
      long window = (long) LONGS.get(data, at - 1);
      if (window == Long.rotateLeft(window, Byte.SIZE)) {
        int stop = runEnd(at, end);
        while (at < stop) {
          runs = found + 4 > runs.length ? Arrays.copyOf(runs, 2 * runs.length) : runs;
          runs[found++] = at;
          at += pieceOf(stop - at);
          runs[found++] = at;
        }
      }
    }
    runs[found++] = end;
    runs[found++] = end;
    return Arrays.copyOf(runs, found);
  }

  private int runEnd(int from, int end) {
    int at = from;
    while (at < end && data[at] == data[at - 1]) {
      at++;
    }
    return at;
  }

  /** As much of a run as one symbol says, without too little left for another. */
  private static int pieceOf(int run) {
    boolean leavesTooLittle = run > LONGEST_RUN && run < LONGEST_RUN + SHORTEST_RUN;
    return leavesTooLittle ? run - SHORTEST_RUN : Math.min(run, LONGEST_RUN);
  }

  /** How often each symbol is in a block. */
  private int[] symbolCounts(int from, int[] runs) {
    int[] counts = new int[SYMBOLS];
    int[] others = new int[BYTE_VALUES]; // so that equal neighbours do not wait for each other
    counts[END] = 1;
    int at = from;
    for (int i = 0; i < runs.length; i += 2) {
      for (; at < runs[i] - 1; at += 2) {
        counts[data[at] & 0xFF]++;
        others[data[at + 1] & 0xFF]++;
      }
      if (at < runs[i]) {
        counts[data[at] & 0xFF]++;
      }
      at = runs[i + 1];
      if (at > runs[i]) {
        counts[symbolOf(at - runs[i])]++;
      }
    }
    for (int i = 0; i < BYTE_VALUES; i++) {
      counts[i] += others[i];
    }
    return counts;
  }

  /** The symbol of a run; four symbols share a number of further bits. */
  private static int symbolOf(int run) {
    int extra = extraBits(run);
    return run == LONGEST_RUN
        ? LONGEST_RUN_SYMBOL
        : FIRST_RUN_SYMBOL + 4 * extra + (run - SHORTEST_RUN >> extra);
  }

  /** How many bits of a run's length follow its symbol. */
  private static int extraBits(int run) {
    int log = 31 - Integer.numberOfLeadingZeros(run - SHORTEST_RUN);
    return run == LONGEST_RUN ? 0 : Math.max(0, log - 2);
  }

  private void writeSymbols(int from, int[] runs, HuffmanCode code) {
    int at = from;
    for (int i = 0; i < runs.length; i += 2) {
      writeLiterals(at, runs[i], code);
      at = runs[i + 1];
      int run = at - runs[i];
      if (run > 0) {
        int symbol = symbolOf(run);
        put(code.bits()[symbol], code.lengths()[symbol]);
        int extra = extraBits(run);
        put(run - SHORTEST_RUN & (1 << extra) - 1, extra);
        put(0, DISTANCE_BITS);
      }
    }
  }

  private void writeLiterals(int from, int end, HuffmanCode code) {
    int[] codes = code.bits();
    int[] lengths = code.lengths();
    int at = from;
    for (; at < end - 2; at += 3) { // three codes have at most 45 bits
      int first = data[at] & 0xFF;
      int second = data[at + 1] & 0xFF;
      int third = data[at + 2] & 0xFF;
      int twoLengths = lengths[first] + lengths[second];
      long three =
          codes[first] | (long) codes[second] << lengths[first] | (long) codes[third] << twoLengths;
      put(three, twoLengths + lengths[third]);
    }
    for (; at < end; at++) {
      put(codes[data[at] & 0xFF], lengths[data[at] & 0xFF]);
    }
  }

  /** Writes the code itself: the lengths of all symbols, and that of the one distance. */
  private void writeCode(HuffmanCode code) {
    int[] lengths = Arrays.copyOf(code.lengths(), SYMBOLS + 1);
    lengths[SYMBOLS] = DISTANCE_BITS;
    int[] counts = new int[LENGTH_SYMBOLS];
    for (int value : lengths) {
      counts[value]++;
    }
    HuffmanCode ofLengths = HuffmanCode.of(counts, LONGEST_LENGTH_CODE);
    put(SYMBOLS - FIRST_RUN_SYMBOL, 5);
    put(0, 5); // one distance
    put(LENGTH_SYMBOLS - 4, 4);
    for (int symbol : LENGTH_ORDER) {
      put(ofLengths.lengths()[symbol], 3);
    }
    for (int value : lengths) {
      put(ofLengths.bits()[value], ofLengths.lengths()[value]);
    }
  }

  /**
   * Appends bits, the lowest first.
   *
   * @param size at most 48
   */
  private void put(long value, int size) {
    bits |= value << count;
    count += size;
    LONGS.set(coded, length, bits);
    length += count >>> 3;
    bits >>>= count & ~7;
    count &= 7;
  }
}
