package io.spackle.metadata;

import static io.spackle.metadata.JpegSegments.APP0;
import static io.spackle.metadata.JpegSegments.APP1;
import static io.spackle.metadata.JpegSegments.APP11;
import static io.spackle.metadata.JpegSegments.APP13;
import static io.spackle.metadata.JpegSegments.APP14;
import static io.spackle.metadata.JpegSegments.APP2;
import static io.spackle.metadata.JpegSegments.COMMENT;
import static io.spackle.metadata.JpegSegments.MAX_DATA;

import io.spackle.binary.Bytes;
import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import io.spackle.metadata.JpegSegments.Segment;
import io.spackle.metadata.Resolution.Unit;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Metadata in JPEG files. Layout: JFIF 1.02; EXIF 2.32, section 4.7; ICC.1:2022, annex B.4; XMP
 * specification, part 3, section 1.1.3; JPEG XT, ISO 18477-3, annex B, for JUMBF.
 */
final class JpegMetadata {

  private static final String JFIF = "JFIF\0";
  private static final String JFIF_EXTENSION = "JFXX\0";
  private static final String ADOBE = "Adobe";
  private static final String ICC = "ICC_PROFILE\0";
  private static final String XMP = "http://ns.adobe.com/xap/1.0/\0";
  private static final String PHOTOSHOP = "Photoshop 3.0\0";
  private static final String JUMBF = "JP";

  private JpegMetadata() {}

  static void read(byte[] file, FoundMetadata found) {
    List<Segment> segments = JpegSegments.of(file);
    ByteArrayOutputStream resources = new ByteArrayOutputStream();
    ExtendedXmp extended = new ExtendedXmp();
    SplitProfile profile = new SplitProfile();
    for (Segment segment : segments) {
      if (segment.is(APP0, JFIF)) {
        found.resolution(resolution(segment.data()));
      } else if (segment.is(APP1, Exif.PREFIX)) {
        found.exif(segment.data());
      } else if (segment.is(APP1, XMP)) {
        found.xmp(after(XMP, segment));
      } else if (segment.is(APP1, ExtendedXmp.PREFIX)) {
        extended.add(after(ExtendedXmp.PREFIX, segment));
      } else if (segment.is(APP2, ICC)) {
        profile.add(after(ICC, segment));
      } else if (segment.is(APP13, PHOTOSHOP)) {
        resources.writeBytes(after(PHOTOSHOP, segment));
      } else if (segment.code() == COMMENT) {
        found.jpegComment(segment.data());
      }
    }
    profile.joined().ifPresent(found::icc);
    PhotoshopResources.iptc(resources.toByteArray()).ifPresent(found::iptc);
    found.changeXmp(extended::joined);
    JpegManifest.of(segments).ifPresent(found::manifest);
  }

  private static byte[] after(String prefix, Segment segment) {
    return Bytes.from(segment.data(), prefix.length());
  }

  private static Optional<Resolution> resolution(byte[] jfif) {
    if (jfif.length < 12) {
      return Optional.empty();
    }
    Unit unit =
        switch (jfif[7]) {
          case 1 -> Unit.INCH;
          case 2 -> Unit.CENTIMETRE;
          default -> Unit.NONE;
        };
    return Resolution.of(Bytes.u16(jfif, 8), Bytes.u16(jfif, 10), unit);
  }

  /**
   * Inserts metadata at the start of the file.
   *
   * @throws ImageException {@code CORRUPT} if the segments are damaged
   */
  static byte[] write(byte[] file, ImageMetadata metadata) {
    List<Segment> segments = JpegSegments.of(file);
    if (!JpegSegments.isFollowedByScan(file, segments)) {
      throw new ImageException(
          Reason.CORRUPT, "a JPEG file of " + file.length + " bytes without an intact header");
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(file.length + 4096);
    out.write(file, 0, 2);
    writeJfif(out, segments, metadata.resolution());
    writeDescriptions(out, metadata);
    metadata.icc().ifPresent(icc -> SplitProfile.write(out, icc, Bytes.latin(ICC)));
    int end = 2;
    for (Segment segment : segments) {
      if (!isMetadata(segment)) {
        out.write(file, segment.start(), segment.end() - segment.start());
      }
      end = segment.end();
    }
    out.write(file, end, file.length - end);
    return out.toByteArray();
  }

  private static boolean isMetadata(Segment segment) {
    return segment.is(APP0, JFIF)
        || segment.is(APP0, JFIF_EXTENSION)
        || segment.is(APP1, Exif.PREFIX)
        || segment.is(APP1, XMP)
        || segment.is(APP1, ExtendedXmp.PREFIX)
        || segment.is(APP2, ICC)
        || segment.is(APP11, JUMBF)
        || segment.is(APP13, PHOTOSHOP)
        || segment.code() == COMMENT;
  }

  /**
   * JFIF's segment with the resolution. It is not added to a file with Adobe's segment only,
   * because it would change what the components mean.
   */
  private static void writeJfif(
      ByteArrayOutputStream out, List<Segment> segments, Optional<Resolution> resolution) {
    Optional<Segment> old = segments.stream().filter(segment -> segment.is(APP0, JFIF)).findFirst();
    Optional<byte[]> density = resolution.flatMap(JpegMetadata::density);
    boolean adobe = segments.stream().anyMatch(segment -> segment.is(APP14, ADOBE));
    if (old.isEmpty() && (adobe || density.isEmpty())) {
      return;
    }
    byte[] version = {1, 2};
    byte[] kept =
        old.filter(segment -> segment.length() >= 12)
            .map(segment -> Arrays.copyOfRange(segment.data(), 7, 12))
            .orElse(new byte[] {0, 0, 1, 0, 1});
    byte[] data =
        ByteBuffer.allocate(9).put(version).put(density.orElse(kept)).put(new byte[2]).array();
    JpegSegments.write(out, APP0, Bytes.latin(JFIF), data);
  }

  /** JFIF's unit and two numbers; empty if they are too large for it. */
  private static Optional<byte[]> density(Resolution resolution) {
    Resolution stored = resolution.unit() == Unit.METRE ? resolution.in(Unit.INCH) : resolution;
    long x = Math.round(stored.x());
    long y = Math.round(stored.y());
    if (x < 1 || y < 1 || x > 0xFFFF || y > 0xFFFF) {
      return Optional.empty();
    }
    int unit =
        switch (stored.unit()) {
          case NONE -> 0;
          case INCH, METRE -> 1;
          case CENTIMETRE -> 2;
        };
    return Optional.of(
        ByteBuffer.allocate(5).put((byte) unit).putShort((short) x).putShort((short) y).array());
  }

  private static void writeDescriptions(ByteArrayOutputStream out, ImageMetadata metadata) {
    metadata
        .exif()
        .flatMap(JpegMetadata::fitting)
        .ifPresent(exif -> JpegSegments.write(out, APP1, Bytes.latin(Exif.PREFIX), exif));
    metadata.xmp().ifPresent(xmp -> ExtendedXmp.write(out, Bytes.latin(XMP), xmp));
    metadata.descriptions().iptc().ifPresent(iptc -> writeResources(out, iptc));
    metadata
        .descriptions()
        .jpegComment()
        .ifPresent(comment -> JpegSegments.write(out, COMMENT, new byte[0], comment));
  }

  /** The block, or the most important of it if it does not fit into a segment. */
  private static Optional<byte[]> fitting(byte[] exif) {
    int limit = MAX_DATA - Exif.PREFIX.length();
    return exif.length <= limit
        ? Optional.of(exif)
        : Tiff.of(exif).flatMap(CompactExif::of).filter(block -> block.length <= limit);
  }

  /** Resources may be cut anywhere: readers join the segments. */
  private static void writeResources(ByteArrayOutputStream out, byte[] iptc) {
    byte[] resources = PhotoshopResources.of(iptc);
    int step = MAX_DATA - PHOTOSHOP.length();
    for (int at = 0; at < resources.length; at += step) {
      byte[] part = Arrays.copyOfRange(resources, at, Math.min(at + step, resources.length));
      JpegSegments.write(out, APP13, Bytes.latin(PHOTOSHOP), part);
    }
  }
}
