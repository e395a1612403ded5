package io.spackle.codec;

import io.spackle.binary.Bytes;
import java.util.Arrays;
import java.util.Optional;

/**
 * The quantization tables of a JPEG file, for writing another with the same losses. Layout: ITU-T
 * T.81, sections B.2.2 and B.2.4.1.
 *
 * @param luma 64 steps in the order of rows, each 1 to 255
 * @param chroma likewise
 */
@SuppressWarnings("ArrayRecordComponent") // not compared
record JpegTables(int[] luma, int[] chroma) {

  private static final int LENGTH = 64;
  private static final int MAX_TABLES = 4;
  private static final int QUANTIZATION = 0xDB;
  private static final int START_OF_SCAN = 0xDA;
  private static final int BASELINE = 0xC0;
  private static final int PROGRESSIVE = 0xC2;

  /** The index in a row-ordered block of each coefficient in zigzag order. */
  private static final int[] ZIGZAG = zigzag();

  /**
   * The tables of a file.
   *
   * @param bytes of a file whose structure was checked
   * @return empty unless the file is grey or YCbCr with 8-bit tables of steps above 0, by which
   *     libjpeg divides
   */
  static Optional<JpegTables> of(byte[] bytes) {
    int[][] tables = new int[MAX_TABLES][];
    int[] selected = null;
    try {
      for (int at = 2; at + 4 <= bytes.length; at += 2 + Bytes.u16(bytes, at + 2)) {
        int marker = Bytes.u8(bytes, at + 1);
        if (Bytes.u8(bytes, at) != 0xFF || marker == START_OF_SCAN) {
          break;
        }
        if (marker == QUANTIZATION) {
          readTables(bytes, at + 4, at + 2 + Bytes.u16(bytes, at + 2), tables);
        } else if (marker >= BASELINE && marker <= PROGRESSIVE) {
          selected = selectedTables(bytes, at + 4);
        }
      }
    } catch (IndexOutOfBoundsException e) {
      return Optional.empty();
    }
    return selected != null && isUsable(tables[selected[0]]) && isUsable(tables[selected[1]])
        ? Optional.of(new JpegTables(tables[selected[0]], tables[selected[1]]))
        : Optional.empty();
  }

  private static boolean isUsable(int[] table) {
    return table != null && Arrays.stream(table).noneMatch(step -> step == 0);
  }

  private static void readTables(byte[] bytes, int from, int end, int[][] tables) {
    for (int at = from; at + 1 + LENGTH <= end; at += 1 + LENGTH) {
      int head = Bytes.u8(bytes, at);
      if (head >= MAX_TABLES) {
        return; // 16-bit steps, which baseline files cannot have
      }
      tables[head] = new int[LENGTH];
      for (int i = 0; i < LENGTH; i++) {
        tables[head][ZIGZAG[i]] = Bytes.u8(bytes, at + 1 + i);
      }
    }
  }

  /** The table numbers of the first and second component; null for CMYK and its like. */
  private static int[] selectedTables(byte[] bytes, int frame) {
    int components = Bytes.u8(bytes, frame + 5);
    if (components != 1 && components != 3) {
      return null;
    }
    int luma = Bytes.u8(bytes, frame + 8) % MAX_TABLES;
    int chroma = components == 1 ? luma : Bytes.u8(bytes, frame + 11) % MAX_TABLES;
    return new int[] {luma, chroma};
  }

  private static int[] zigzag() {
    int[] order = new int[LENGTH];
    int row = 0;
    int column = 0;
    for (int i = 0; i < LENGTH; i++) {
      order[i] = row * 8 + column;
      boolean up = (row + column) % 2 == 0;
      if (up && column == 7) {
        row++;
      } else if (up && row == 0) {
        column++;
      } else if (up) {
        row--;
        column++;
      } else if (row == 7) {
        column++;
      } else if (column == 0) {
        row++;
      } else {
        row++;
        column--;
      }
    }
    return order;
  }
}
