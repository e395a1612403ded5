package io.spackle.metadata;

import io.spackle.metadata.Tiff.Entry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * EXIF blocks: what is read from them, and the changes to them. Blocks are changed in place, so
 * that a camera maker's notes, which contain positions, stay valid. Layout: EXIF 2.32, section 4.
 */
final class Exif {

  static final String PREFIX = "Exif\0\0";

  private static final int IMAGE_WIDTH = 0x0100;
  private static final int IMAGE_HEIGHT = 0x0101;
  private static final int ORIENTATION = 0x0112;
  private static final int X_RESOLUTION = 0x011A;
  private static final int Y_RESOLUTION = 0x011B;
  private static final int RESOLUTION_UNIT = 0x0128;
  private static final int EXIF_DIRECTORY = 0x8769;
  private static final int PIXEL_WIDTH = 0xA002;
  private static final int PIXEL_HEIGHT = 0xA003;

  /** The tags of a thumbnail's positions, each with the tag of their lengths. */
  private static final int[][] THUMBNAILS = {{0x0201, 0x0202}, {0x0111, 0x0117}};

  private static final int MAX_STRIPS = 256; // a thumbnail has fewer rows

  private Exif() {}

  /** The orientation, 1 to 8, of type BYTE, SHORT or LONG; empty if there is no valid one. */
  static Optional<Integer> orientation(byte[] block) {
    return Tiff.of(block)
        .flatMap(tiff -> tiff.find(tiff.first(), ORIENTATION).map(tiff::number))
        .map(Double::intValue)
        .filter(value -> value >= 1 && value <= 8);
  }

  /** The resolution of the image. */
  static Optional<Resolution> resolution(byte[] block) {
    return Tiff.of(block).flatMap(Exif::resolution);
  }

  private static Optional<Resolution> resolution(Tiff tiff) {
    double x = tiff.find(tiff.first(), X_RESOLUTION).map(tiff::number).orElse(0.0);
    double y = tiff.find(tiff.first(), Y_RESOLUTION).map(tiff::number).orElse(x);
    double unit = tiff.find(tiff.first(), RESOLUTION_UNIT).map(tiff::number).orElse(2.0);
    return Resolution.of(
        x,
        y,
        unit == 3
            ? Resolution.Unit.CENTIMETRE
            : unit == 1 ? Resolution.Unit.NONE : Resolution.Unit.INCH);
  }

  /** The block for an upright image of the given size, without the thumbnail of the old one. */
  static byte[] upright(byte[] block, int width, int height) {
    byte[] copy = block.clone();
    Optional<Tiff> parsed = Tiff.of(copy);
    if (parsed.isEmpty()) {
      return copy;
    }
    Tiff tiff = parsed.get();
    int end = withoutThumbnail(tiff, copy.length);
    long first = tiff.first();
    set(tiff, first, ORIENTATION, 1);
    set(tiff, first, IMAGE_WIDTH, width);
    set(tiff, first, IMAGE_HEIGHT, height);
    long details = tiff.find(first, EXIF_DIRECTORY).map(tiff::number).orElse(0.0).longValue();
    set(tiff, details, PIXEL_WIDTH, width);
    set(tiff, details, PIXEL_HEIGHT, height);
    return end == copy.length ? copy : Arrays.copyOf(copy, end);
  }

  private static void set(Tiff tiff, long directory, int tag, int value) {
    tiff.find(directory, tag).ifPresent(entry -> tiff.set(entry, value));
  }

  /**
   * Unlinks the thumbnail's directory and clears the thumbnail, which shows what was painted over.
   *
   * @return the length of the block without a thumbnail at its end
   */
  private static int withoutThumbnail(Tiff tiff, int length) {
    long directory = tiff.next(tiff.first());
    if (directory == 0) {
      return length;
    }
    int end = length;
    for (int[] tags : THUMBNAILS) {
      Optional<Entry> positions = tiff.find(directory, tags[0]);
      Optional<Entry> lengths = tiff.find(directory, tags[1]);
      if (positions.isPresent() && lengths.isPresent()) {
        end = Math.min(end, cleared(tiff, positions.get(), lengths.get(), length));
      }
    }
    // Last, because the directory tells where the thumbnail lies.
    tiff.cutAfter(tiff.first());
    return end;
  }

  private static int cleared(Tiff tiff, Entry positions, Entry lengths, int blockLength) {
    int end = blockLength;
    long strips = Math.min(MAX_STRIPS, Math.min(positions.count(), lengths.count()));
    long entriesEnd = tiff.endWithLink(tiff.first());
    for (int i = 0; i < strips; i++) {
      long from = (long) tiff.number(positions, i);
      long to = from + (long) tiff.number(lengths, i);
      if (from < entriesEnd) {
        continue; // a damaged position: the main directory lies there
      }
      tiff.clear(from, to);
      if (to >= blockLength && from < end) {
        end = (int) from;
      }
    }
    return end;
  }

  /** A block that has nothing but a resolution, for containers with no other place for it. */
  static byte[] of(Resolution resolution) {
    Resolution stored =
        resolution.unit() == Resolution.Unit.METRE
            ? resolution.in(Resolution.Unit.INCH)
            : resolution;
    int unit =
        switch (stored.unit()) {
          case CENTIMETRE -> 3;
          case NONE -> 1;
          case INCH, METRE -> 2;
        };
    int values = 8 + 2 + 3 * 12 + 4;
    ByteBuffer block = ByteBuffer.allocate(values + 16).order(ByteOrder.LITTLE_ENDIAN);
    block.put((byte) 'I').put((byte) 'I').putShort((short) 42).putInt(8).putShort((short) 3);
    entry(block, X_RESOLUTION, Tiff.RATIONAL, values);
    entry(block, Y_RESOLUTION, Tiff.RATIONAL, values + 8);
    entry(block, RESOLUTION_UNIT, Tiff.SHORT, unit);
    block.putInt(0);
    for (double value : List.of(stored.x(), stored.y())) {
      int divisor = value == Math.rint(value) ? 1 : 100;
      block.putInt((int) Math.round(value * divisor)).putInt(divisor);
    }
    return block.array();
  }

  private static void entry(ByteBuffer block, int tag, int type, int value) {
    block.putShort((short) tag).putShort((short) type).putInt(1).putInt(value);
  }
}
