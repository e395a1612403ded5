package io.spackle.metadata;

import io.spackle.metadata.JpegSegments.Segment;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
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
}
