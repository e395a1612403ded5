package io.spackle.metadata;

import io.spackle.metadata.XmlParts.Part;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A packet in two: one of limited size, and one with the largest properties.
 *
 * @param rest empty if padding was all that did not fit
 */
record XmpSplit(Xmp main, Optional<Xmp> rest) {

  /**
   * Splits a packet.
   *
   * @param limit of the main packet in bytes
   * @return empty if the packet is damaged, or does not fit without its largest properties either
   */
  static Optional<XmpSplit> of(byte[] packet, int limit) {
    return Xmp.of(packet).map(Xmp::withoutPadding).flatMap(xmp -> split(xmp, limit));
  }

  private static Optional<XmpSplit> split(Xmp xmp, int limit) {
    int size = xmp.bytes().length;
    if (size <= limit) {
      return Optional.of(new XmpSplit(xmp, Optional.empty()));
    }
    List<Part> kept = new ArrayList<>(xmp.propertyElements());
    kept.sort(Comparator.comparingInt(part -> part.start() - part.end())); // longest first
    List<Part> moved = new ArrayList<>();
    while (size > limit && !kept.isEmpty()) {
      Part largest = kept.remove(0);
      moved.add(largest);
      size -= xmp.size(largest);
    }
    kept.addAll(xmp.propertyAttributes());
    return size > limit
        ? Optional.empty()
        : xmp.without(moved).map(main -> new XmpSplit(main, xmp.without(kept).map(Xmp::bare)));
  }
}
