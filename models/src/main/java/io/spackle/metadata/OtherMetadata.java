package io.spackle.metadata;

import io.spackle.binary.Bytes;
import io.spackle.metadata.Resolution.Unit;
import io.spackle.metadata.Tiff.Entry;
import java.util.Arrays;

/** Metadata in files of formats that are only read: TIFF, GIF and BMP. */
final class OtherMetadata {

  private static final int TIFF_XMP = 700;
  private static final int TIFF_IPTC = 33723;
  private static final int TIFF_PHOTOSHOP = 34377;
  private static final int TIFF_ICC = 34675;
  private static final int TIFF_C2PA = 0xCD41;

  private static final String GIF_XMP = "!\u00FF\u000BXMP DataXMP";
  private static final int BMP_RESOLUTION = 38;

  private OtherMetadata() {}

  /** Layout: TIFF 6.0; XMP specification, part 3, section 3.2; ICC.1:2022, B.3. */
  static void readTiff(byte[] file, FoundMetadata found) {
    Tiff.of(file).ifPresent(tiff -> read(tiff, found));
  }

  private static void read(Tiff tiff, FoundMetadata found) {
    for (Entry entry : tiff.entries(tiff.first())) {
      if (entry.length() > FoundMetadata.MAX_BYTES) {
        continue;
      }
      switch (entry.tag()) {
        case TIFF_XMP -> found.xmp(tiff.bytes(entry));
        case TIFF_ICC -> found.icc(tiff.bytes(entry));
        case TIFF_C2PA -> found.manifest(tiff.bytes(entry));
        case TIFF_IPTC, TIFF_PHOTOSHOP ->
            PhotoshopResources.iptc(tiff.bytes(entry)).ifPresent(found::iptc);
        default -> {
          // Pixels, and the tags that an EXIF block has too.
        }
      }
    }
    CompactExif.of(tiff).ifPresent(found::exif);
  }

  /** Layout: XMP specification, part 3, section 1.1.2. The packet ends before 0x01 0xFF 0xFE. */
  static void readGif(byte[] file, FoundMetadata found) {
    int start = indexOf(file, Bytes.latin(GIF_XMP), 0);
    int end = start < 0 ? -1 : indexOf(file, new byte[] {1, -1, -2, -3}, start);
    if (end > 0) {
      found.xmp(Arrays.copyOfRange(file, start + GIF_XMP.length(), end));
    }
  }

  private static int indexOf(byte[] bytes, byte[] part, int from) {
    for (int at = from; at + part.length <= bytes.length; at++) {
      if (Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
        return at;
      }
    }
    return -1;
  }

  /** Two numbers of the header BITMAPINFOHEADER. */
  static void readBmp(byte[] file, FoundMetadata found) {
    if (file.length >= BMP_RESOLUTION + 8 && Bytes.u32LittleEndian(file, 14) >= 40) {
      found.resolution(
          Resolution.of(
              Bytes.u32LittleEndian(file, BMP_RESOLUTION),
              Bytes.u32LittleEndian(file, BMP_RESOLUTION + 4),
              Unit.METRE));
    }
  }
}
