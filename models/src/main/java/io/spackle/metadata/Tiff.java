package io.spackle.metadata;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The directories of a TIFF file or an EXIF block, which has the same layout. Entries whose values
 * are not inside the block are left out. Layout: TIFF 6.0, section 2.
 */
final class Tiff {

  static final int SHORT = 3;
  static final int LONG = 4;
  static final int RATIONAL = 5;

  /** Bytes per value of the types 1 (BYTE) to 13 (IFD). */
  private static final int[] SIZES = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4};

  private static final int HEADER_BYTES = 8;
  private static final int ENTRY_BYTES = 12;

  private final ByteBuffer data;

  private Tiff(ByteBuffer data) {
    this.data = data;
  }

  /**
   * An entry of a directory.
   *
   * @param at the position of its value
   * @param length of the value in bytes
   */
  record Entry(int tag, int type, long count, int at, int length) {

    int size() {
      return SIZES[type];
    }
  }

  /** The block in the given bytes, which are not copied; empty if it has no byte order mark. */
  static Optional<Tiff> of(byte[] bytes) {
    if (bytes.length < HEADER_BYTES || bytes[0] != bytes[1] || bytes[0] != 'I' && bytes[0] != 'M') {
      return Optional.empty();
    }
    ByteOrder order = bytes[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    return Optional.of(new Tiff(ByteBuffer.wrap(bytes).order(order)));
  }

  ByteOrder order() {
    return data.order();
  }

  /** The byte that a block in this order starts with, twice. */
  byte markOfOrder() {
    return data.get(0);
  }

  /** The position of the first directory. */
  long first() {
    return Integer.toUnsignedLong(data.getInt(4));
  }

  /** The position of the directory after another one; 0 if there is none. */
  long next(long directory) {
    long at = end(directory);
    return at < 0 || at + 4 > data.limit() ? 0 : Integer.toUnsignedLong(data.getInt((int) at));
  }

  /** Makes a directory the last one. */
  void cutAfter(long directory) {
    long at = end(directory);
    if (at >= 0 && at + 4 <= data.limit()) {
      data.putInt((int) at, 0);
    }
  }

  /** The end of a directory's entries, or -1 if there is no directory. */
  private long end(long directory) {
    if (directory < HEADER_BYTES || directory + 2 > data.limit()) {
      return -1;
    }
    return directory + 2 + (long) ENTRY_BYTES * Short.toUnsignedInt(data.getShort((int) directory));
  }

  /** The usable entries of a directory; empty if it is outside the block. */
  List<Entry> entries(long directory) {
    List<Entry> entries = new ArrayList<>();
    long end = Math.min(end(directory), data.limit());
    for (long at = directory + 2; at + ENTRY_BYTES <= end; at += ENTRY_BYTES) {
      entry((int) at).ifPresent(entries::add);
    }
    return entries;
  }

  private Optional<Entry> entry(int at) {
    int type = Short.toUnsignedInt(data.getShort(at + 2));
    if (type == 0 || type >= SIZES.length) {
      return Optional.empty();
    }
    long count = Integer.toUnsignedLong(data.getInt(at + 4));
    long length = count * SIZES[type];
    long value = length <= 4 ? at + 8 : Integer.toUnsignedLong(data.getInt(at + 8));
    if (value + length > data.limit()) {
      return Optional.empty();
    }
    int tag = Short.toUnsignedInt(data.getShort(at));
    return Optional.of(new Entry(tag, type, count, (int) value, (int) length));
  }

  /** The entry of a directory with a tag. */
  Optional<Entry> find(long directory, int tag) {
    return entries(directory).stream().filter(entry -> entry.tag() == tag).findFirst();
  }

  /** The first number of an entry; 0 if it has none. */
  double number(Entry entry) {
    return entry.count() == 0 ? 0 : number(entry, 0);
  }

  /** A number of an entry: unsigned, or a fraction. 0 for other types. */
  double number(Entry entry, int index) {
    int at = entry.at() + index * entry.size();
    return switch (entry.type()) {
      case 1, 7 -> Byte.toUnsignedInt(data.get(at));
      case SHORT -> Short.toUnsignedInt(data.getShort(at));
      case LONG, 13 -> Integer.toUnsignedLong(data.getInt(at));
      case RATIONAL -> {
        long divisor = Integer.toUnsignedLong(data.getInt(at + 4));
        yield divisor == 0 ? 0 : (double) Integer.toUnsignedLong(data.getInt(at)) / divisor;
      }
      default -> 0;
    };
  }

  /** Overwrites the number of an entry of the types BYTE, SHORT and LONG; others are kept. */
  void set(Entry entry, int number) {
    if (entry.count() == 0) {
      return;
    }
    switch (entry.type()) {
      case 1 -> data.put(entry.at(), (byte) number);
      case SHORT -> data.putShort(entry.at(), (short) number);
      case LONG -> data.putInt(entry.at(), number);
      default -> {
        // A value of another type does not count as a number of pixels or an orientation.
      }
    }
  }

  /** A copy of an entry's value. */
  byte[] bytes(Entry entry) {
    return Arrays.copyOfRange(data.array(), entry.at(), entry.at() + entry.length());
  }

  /** Overwrites a range with zeros, as far as it is inside the block. */
  void clear(long from, long to) {
    int start = (int) Math.min(Math.max(from, HEADER_BYTES), data.limit());
    int end = (int) Math.min(to, data.limit());
    if (start < end) {
      Arrays.fill(data.array(), start, end, (byte) 0);
    }
  }

  /** The range of a directory, its header and the link to the next one included. */
  long endWithLink(long directory) {
    return end(directory) + 4;
  }
}
