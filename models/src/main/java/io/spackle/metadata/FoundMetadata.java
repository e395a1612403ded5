package io.spackle.metadata;

import io.spackle.binary.Bytes;
import io.spackle.metadata.ImageMetadata.Colours;
import io.spackle.metadata.ImageMetadata.Descriptions;
import io.spackle.metadata.ImageMetadata.PngChunk;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.zip.InflaterInputStream;

/** Collects the metadata of a file. The first of several values counts; too large ones do not. */
final class FoundMetadata {

  /** The most bytes of one block of metadata: a profile, a packet, a manifest. */
  static final int MAX_BYTES = 4 << 20;

  private static final int MAX_TEXTS = 1000;

  /** The most bytes that all compressed blocks of a file may have. */
  private static final int MAX_INFLATED_BYTES = 16 << 20;

  private Optional<byte[]> icc = Optional.empty();
  private Optional<byte[]> exif = Optional.empty();
  private Optional<byte[]> xmp = Optional.empty();
  private Optional<byte[]> iptc = Optional.empty();
  private Optional<byte[]> manifest = Optional.empty();
  private Optional<Resolution> resolution = Optional.empty();
  private Optional<byte[]> jpegComment = Optional.empty();
  private final List<PngChunk> pngColours = new ArrayList<>();
  private final List<PngChunk> pngTexts = new ArrayList<>();
  private int pngTextBytes;
  private int inflatedBytes;

  private static Optional<byte[]> first(Optional<byte[]> known, byte[] other) {
    boolean usable = known.isEmpty() && other.length > 0 && other.length <= MAX_BYTES;
    return usable ? Optional.of(other) : known;
  }

  /** The inflated bytes; empty if they are damaged or more than metadata may have. */
  Optional<byte[]> inflated(byte[] deflated) {
    int limit = Math.min(MAX_BYTES, MAX_INFLATED_BYTES - inflatedBytes);
    try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(deflated))) {
      byte[] bytes = in.readNBytes(limit);
      inflatedBytes += bytes.length;
      return in.read() < 0 ? Optional.of(bytes) : Optional.empty();
    } catch (IOException e) {
      inflatedBytes += limit; // as much as may have been inflated before the damage
      return Optional.empty();
    }
  }

  void icc(byte[] profile) {
    icc = first(icc, profile);
  }

  /** A block with or without the prefix {@code Exif\0\0}; anything else is left out. */
  void exif(byte[] block) {
    byte[] tiff =
        Bytes.startsWith(block, 0, Exif.PREFIX) ? Bytes.from(block, Exif.PREFIX.length()) : block;
    if (Tiff.of(tiff).isPresent()) {
      exif = first(exif, tiff);
    }
  }

  void xmp(byte[] packet) {
    xmp = first(xmp, packet);
  }

  void iptc(byte[] records) {
    iptc = first(iptc, records);
  }

  void manifest(byte[] store) {
    manifest = first(manifest, store);
  }

  void resolution(Optional<Resolution> other) {
    resolution = resolution.or(() -> other);
  }

  void jpegComment(byte[] comment) {
    jpegComment = first(jpegComment, comment);
  }

  /** Changes the packet, if one was found. */
  void changeXmp(UnaryOperator<byte[]> change) {
    xmp = xmp.map(change);
  }

  void pngColour(PngChunk chunk) {
    boolean known = pngColours.stream().anyMatch(other -> other.type().equals(chunk.type()));
    if (!known && chunk.data().length <= 64) { // the largest kind has 32 bytes
      pngColours.add(chunk);
    }
  }

  void pngText(PngChunk chunk) {
    int total = pngTextBytes + chunk.data().length;
    if (total <= MAX_BYTES && pngTexts.size() < MAX_TEXTS) {
      pngTexts.add(chunk);
      pngTextBytes = total;
    }
  }

  ImageMetadata metadata() {
    return new ImageMetadata(
        new Colours(icc, pngColours),
        new Descriptions(exif, xmp, iptc, pngTexts, jpegComment),
        absolute(exif.flatMap(Exif::resolution)),
        manifest);
  }

  /** The container's resolution, unless only EXIF's has a unit. */
  private Optional<Resolution> absolute(Optional<Resolution> ofExif) {
    return resolution.filter(Resolution::isAbsolute).or(() -> ofExif).or(() -> resolution);
  }
}
