package io.spackle.metadata;

import io.spackle.binary.Bytes;
import io.spackle.metadata.JpegSegments.Segment;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A C2PA manifest store in JPEG segments. Each has an instance number, a sequence number, and again
 * the header of the one box that all of an instance belong to. Layout: ISO 19566-5, annex D; C2PA
 * 2.2, annex A.3.1.
 */
final class JpegManifest {

  private static final String IDENTIFIER = "JP";
  private static final int BOX_HEADER_BYTES = 8;
  private static final int APP15 = 0xEF;
  private static final int START = 2 + 2 + 4; // identifier, instance, sequence number

  private JpegManifest() {}

  private record Numbered(int instance, long sequence, byte[] data) {}

  /** The store; empty if the file has none, or not all of it. */
  static Optional<byte[]> of(List<Segment> segments) {
    List<Numbered> parts = new ArrayList<>();
    for (Segment segment : segments) {
      if (segment.is(JpegSegments.APP11, IDENTIFIER)
          && segment.length() >= START + BOX_HEADER_BYTES) {
        byte[] data = segment.data();
        parts.add(new Numbered(Bytes.u16(data, 2), Bytes.u32(data, 4), Bytes.from(data, START)));
      }
    }
    return parts.stream()
        .filter(part -> isStore(part.data()))
        .findFirst()
        .map(first -> joined(parts, first.instance()));
  }

  /** Whether a box of type jumb begins with a description of the type c2pa. */
  private static boolean isStore(byte[] box) {
    return Bytes.startsWith(box, 4, "jumb") && Bytes.startsWith(box, 12, "jumdc2pa");
  }

  private static byte[] joined(List<Numbered> parts, int instance) {
    ByteArrayOutputStream store = new ByteArrayOutputStream();
    parts.stream()
        .filter(part -> part.instance() == instance)
        .sorted(Comparator.comparingLong(Numbered::sequence))
        .forEach(
            part -> {
              int skip = store.size() == 0 ? 0 : BOX_HEADER_BYTES;
              store.write(part.data(), skip, part.data().length - skip);
            });
    return store.toByteArray();
  }

  /** Inserts a store after the application segments that the file starts with. */
  static PlacedManifest place(byte[] file, byte[] store) {
    int start = 2;
    for (Segment segment : JpegSegments.of(file)) {
      if (segment.code() < JpegSegments.APP0 || segment.code() > APP15) {
        break;
      }
      start = segment.end();
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(file.length + store.length + 1024);
    out.write(file, 0, start);
    write(out, store);
    int length = out.size() - start;
    out.write(file, start, file.length - start);
    return new PlacedManifest(out.toByteArray(), start, length);
  }

  private static void write(ByteArrayOutputStream out, byte[] store) {
    byte[] header = Arrays.copyOf(store, BOX_HEADER_BYTES);
    int step = JpegSegments.MAX_DATA - START - BOX_HEADER_BYTES;
    int sequence = 1;
    for (int at = BOX_HEADER_BYTES; at < store.length; at += step) {
      byte[] prefix =
          ByteBuffer.allocate(START + BOX_HEADER_BYTES)
              .put(Bytes.latin(IDENTIFIER))
              .putShort((short) 1)
              .putInt(sequence++)
              .put(header)
              .array();
      byte[] part = Arrays.copyOfRange(store, at, Math.min(at + step, store.length));
      JpegSegments.write(out, JpegSegments.APP11, prefix, part);
    }
  }
}
