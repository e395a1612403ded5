package io.spackle.metadata;

import io.spackle.metadata.Tiff.Entry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * An EXIF block made anew from the tags of a TIFF file, or from a block that is too large for a
 * JPEG file: without pixels, thumbnails and camera makers' notes, which contain positions.
 */
final class CompactExif {

  /** Descriptions in the first directory; its other tags are about the storage of pixels. */
  private static final Set<Integer> DESCRIPTIONS =
      Set.of(
          270, 271, 272, 274, 282, 283, 296, 305, 306, 315, 316, 18246, 33432, 40091, 40092, 40093,
          40094, 40095);

  private static final Set<Integer> DIRECTORIES = Set.of(0x8769, 0x8825, 0xA005);
  private static final int MAKER_NOTE = 0x927C;
  private static final int MAX_VALUE_BYTES = 16 << 10;
  private static final int MAX_DEPTH = 3;
  private static final int HEADER_BYTES = 8;

  private final Tiff tiff;

  private CompactExif(Tiff tiff) {
    this.tiff = tiff;
  }

  /**
   * The values of a directory, and the directories below it by their tags.
   *
   * @param entries in ascending order of tags, one of each
   */
  private record Directory(List<Entry> entries, Map<Integer, Directory> below) {

    /** Bytes in front of the directories below it. */
    int size() {
      int size = 2 + 12 * (entries.size() + below.size()) + 4;
      for (Entry entry : entries) {
        size += entry.length() > 4 ? entry.length() + entry.length() % 2 : 0;
      }
      return size;
    }

    int fullSize() {
      return size() + below.values().stream().mapToInt(Directory::fullSize).sum();
    }
  }

  /** The block; empty if there is no description. */
  static Optional<byte[]> of(Tiff tiff) {
    CompactExif compact = new CompactExif(tiff);
    Directory root = compact.directory(tiff.first(), 1);
    if (root.entries().isEmpty() && root.below().isEmpty()) {
      return Optional.empty();
    }
    ByteBuffer block = ByteBuffer.allocate(HEADER_BYTES + root.fullSize()).order(tiff.order());
    byte mark = tiff.markOfOrder();
    block.put(mark).put(mark).putShort((short) 42).putInt(HEADER_BYTES);
    compact.write(root, block, HEADER_BYTES);
    return Optional.of(block.array());
  }

  private Directory directory(long at, int depth) {
    Map<Integer, Entry> entries = new TreeMap<>();
    Map<Integer, Directory> below = new TreeMap<>();
    for (Entry entry : tiff.entries(at)) {
      if (DIRECTORIES.contains(entry.tag())) {
        Directory inner =
            depth < MAX_DEPTH
                ? directory((long) tiff.number(entry), depth + 1)
                : new Directory(List.of(), Map.of());
        if (!inner.entries().isEmpty() || !inner.below().isEmpty()) {
          below.putIfAbsent(entry.tag(), inner);
        }
      } else if (isKept(entry, depth)) {
        entries.putIfAbsent(entry.tag(), entry);
      }
    }
    return new Directory(List.copyOf(entries.values()), below);
  }

  private static boolean isKept(Entry entry, int depth) {
    return entry.tag() != MAKER_NOTE
        && entry.length() <= MAX_VALUE_BYTES
        && (depth > 1 || DESCRIPTIONS.contains(entry.tag()));
  }

  /** Writes a directory at a position: entries, then large values, then the directories below. */
  private void write(Directory directory, ByteBuffer block, int at) {
    List<Integer> tags = new ArrayList<>(directory.below().keySet());
    directory.entries().forEach(entry -> tags.add(entry.tag()));
    tags.sort(Comparator.naturalOrder());
    Map<Integer, Entry> entries = new TreeMap<>();
    directory.entries().forEach(entry -> entries.put(entry.tag(), entry));
    block.putShort(at, (short) tags.size());
    int slot = at + 2;
    int value = at + 2 + 12 * tags.size() + 4;
    int inner = at + directory.size();
    for (int tag : tags) {
      block.putShort(slot, (short) tag);
      Directory below = directory.below().get(tag);
      if (below == null) {
        value += writeValue(entries.get(tag), block, slot, value);
      } else {
        block.putShort(slot + 2, (short) Tiff.LONG).putInt(slot + 4, 1).putInt(slot + 8, inner);
        write(below, block, inner);
        inner += below.fullSize();
      }
      slot += 12;
    }
  }

  /** Writes an entry's value into its slot, or elsewhere if it is larger; returns bytes used. */
  private int writeValue(Entry entry, ByteBuffer block, int slot, int free) {
    block.putShort(slot + 2, (short) entry.type()).putInt(slot + 4, (int) entry.count());
    boolean inSlot = entry.length() <= 4;
    block.put(inSlot ? slot + 8 : free, tiff.bytes(entry));
    if (inSlot) {
      return 0;
    }
    block.putInt(slot + 8, free);
    return entry.length() + entry.length() % 2;
  }
}
