package io.spackle.metadata;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.spackle.binary.Bytes;
import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import io.spackle.metadata.ImageMetadata.PngChunk;
import io.spackle.metadata.Resolution.Unit;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Metadata in PNG files. Layout: PNG specification, third edition, sections 5 and 11; XMP
 * specification, part 3, section 1.1.5; IPTC as ImageMagick writes it.
 */
final class PngMetadata {

  static final String SIGNATURE = "\u0089PNG\r\n\u001A\n";

  private static final int OVERHEAD_BYTES = 12; // length, type, CRC
  private static final String MANIFEST = "caBX";
  private static final String XMP_KEYWORD = "XML:com.adobe.xmp";
  private static final String RAW_PROFILE = "Raw profile type ";
  private static final Set<String> COLOUR_CHUNKS =
      Set.of("cICP", "sRGB", "gAMA", "cHRM", "mDCV", "cLLI");
  private static final Set<String> TEXT_CHUNKS = Set.of("iTXt", "zTXt", "tEXt");
  private static final Set<String> OTHER_CHUNKS = Set.of("iCCP", "pHYs", "eXIf", MANIFEST);

  private static final String END = "IEND";

  private PngMetadata() {}

  /** A chunk in a file, checked to lie within it. */
  private record Chunk(byte[] file, int start, int length) {

    String type() {
      return Bytes.tag(file, start + 4);
    }

    int end() {
      return start + OVERHEAD_BYTES + length;
    }

    byte[] data() {
      return Arrays.copyOfRange(file, start + 8, start + 8 + length);
    }

    boolean isIntact() {
      CRC32 sum = new CRC32();
      sum.update(file, start + 4, length + 4);
      return sum.getValue() == Bytes.u32(file, start + 8 + length);
    }

    boolean isMetadata() {
      return COLOUR_CHUNKS.contains(type())
          || OTHER_CHUNKS.contains(type())
          || TEXT_CHUNKS.contains(type());
    }
  }

  /** The chunks up to IEND, or up to the first one that is not complete. */
  private static List<Chunk> chunks(byte[] file) {
    List<Chunk> chunks = new ArrayList<>();
    int at = SIGNATURE.length();
    while (file.length - at >= OVERHEAD_BYTES) {
      long length = Bytes.u32(file, at);
      if (length > file.length - at - OVERHEAD_BYTES) {
        break;
      }
      Chunk chunk = new Chunk(file, at, (int) length);
      chunks.add(chunk);
      if (chunk.type().equals(END)) {
        break;
      }
      at = chunk.end();
    }
    return chunks;
  }

  static void read(byte[] file, FoundMetadata found) {
    for (Chunk chunk : chunks(file)) {
      if (chunk.isMetadata() && chunk.isIntact()) {
        read(chunk.type(), chunk.data(), found);
      }
    }
  }

  private static void read(String type, byte[] data, FoundMetadata found) {
    switch (type) {
      case "iCCP" -> inflated(data, Bytes.zero(data, 0), found).ifPresent(found::icc);
      case "eXIf" -> found.exif(data);
      case MANIFEST -> found.manifest(data);
      case "pHYs" -> found.resolution(resolution(data));
      case "iTXt", "zTXt", "tEXt" -> {
        if (!isRead(type, data, found)) {
          found.pngText(new PngChunk(type, data));
        }
      }
      default -> found.pngColour(new PngChunk(type, data));
    }
  }

  /** Reads a text that has a packet or a block; false if it is a text of the image's owner. */
  private static boolean isRead(String type, byte[] data, FoundMetadata found) {
    int end = Math.max(0, Bytes.zero(data, 0));
    String keyword = new String(data, 0, end, ISO_8859_1);
    if (keyword.equals(XMP_KEYWORD)) {
      if (type.equals("iTXt")) {
        international(data, found);
      }
      return true;
    }
    if (!keyword.startsWith(RAW_PROFILE)) {
      return false;
    }
    String kind = keyword.substring(RAW_PROFILE.length());
    switch (type) {
      case "zTXt" -> inflated(data, end, found).ifPresent(text -> rawProfile(kind, text, found));
      case "tEXt" -> rawProfile(kind, Bytes.from(data, end + 1), found);
      default -> {
        // No writer has blocks in other chunks.
      }
    }
    return true;
  }

  /** What follows a keyword, its zero and the compression method. */
  private static Optional<byte[]> inflated(byte[] data, int keywordEnd, FoundMetadata found) {
    return keywordEnd < 0 || keywordEnd + 2 > data.length
        ? Optional.empty()
        : found.inflated(Bytes.from(data, keywordEnd + 2));
  }

  private static Optional<Resolution> resolution(byte[] data) {
    if (data.length != 9) {
      return Optional.empty();
    }
    Unit unit = data[8] == 1 ? Unit.METRE : Unit.NONE;
    return Resolution.of(Bytes.u32(data, 0), Bytes.u32(data, 4), unit);
  }

  /** Keyword, compression flag and method, language, translated keyword, text. */
  private static void international(byte[] data, FoundMetadata found) {
    int keywordEnd = XMP_KEYWORD.length();
    if (data.length < keywordEnd + 3) {
      return;
    }
    int languageEnd = Bytes.zero(data, keywordEnd + 3);
    int translationEnd = languageEnd < 0 ? -1 : Bytes.zero(data, languageEnd + 1);
    if (translationEnd < 0) {
      return;
    }
    byte[] text = Bytes.from(data, translationEnd + 1);
    if (data[keywordEnd + 1] == 0) {
      found.xmp(text);
    } else {
      found.inflated(text).ifPresent(found::xmp);
    }
  }

  /** A block in hexadecimal digits: a line feed, its type, its length, then lines of digits. */
  private static void rawProfile(String kind, byte[] text, FoundMetadata found) {
    String[] words = new String(text, ISO_8859_1).strip().split("\\s+", 3);
    String digits = words.length < 3 ? "" : words[2].replaceAll("\\s", "");
    byte[] block;
    try {
      block = HexFormat.of().parseHex(digits);
    } catch (IllegalArgumentException e) {
      return;
    }
    switch (kind) {
      case "iptc", "8bim" -> PhotoshopResources.iptc(block).ifPresent(found::iptc);
      case "exif", "APP1" -> found.exif(block);
      case "xmp" -> found.xmp(block);
      default -> {
        // No metadata that is carried over.
      }
    }
  }

  /**
   * Inserts metadata after the header, which is before PLTE and IDAT as the specification demands.
   *
   * @throws ImageException {@code CORRUPT} if the file does not end with IEND
   */
  static byte[] write(byte[] file, ImageMetadata metadata) {
    List<Chunk> chunks = complete(file);
    ByteArrayOutputStream out = new ByteArrayOutputStream(file.length + 4096);
    int header = chunks.get(0).end();
    out.write(file, 0, header);
    write(out, metadata);
    for (Chunk chunk : chunks.subList(1, chunks.size())) {
      if (!chunk.isMetadata()) {
        out.write(file, chunk.start(), chunk.end() - chunk.start());
      }
    }
    return out.toByteArray();
  }

  /** The chunks of a file that is not truncated. */
  private static List<Chunk> complete(byte[] file) {
    List<Chunk> chunks = chunks(file);
    boolean complete =
        !chunks.isEmpty()
            && chunks.get(0).type().equals("IHDR")
            && chunks.get(chunks.size() - 1).type().equals(END);
    if (!complete) {
      throw new ImageException(
          Reason.CORRUPT, "a PNG file of " + file.length + " bytes without IHDR or IEND");
    }
    return chunks;
  }

  /** Inserts a manifest store after the header. */
  static PlacedManifest place(byte[] file, byte[] store) {
    int start = complete(file).get(0).end();
    ByteArrayOutputStream out = new ByteArrayOutputStream(file.length + store.length + 12);
    out.write(file, 0, start);
    chunk(out, MANIFEST, store);
    int length = out.size() - start;
    out.write(file, start, file.length - start);
    return new PlacedManifest(out.toByteArray(), start, length);
  }

  private static void write(ByteArrayOutputStream out, ImageMetadata metadata) {
    boolean profile = metadata.icc().isPresent();
    for (PngChunk chunk : metadata.colours().pngChunks()) {
      if (!profile || !chunk.type().equals("sRGB")) { // a file must not have both
        chunk(out, chunk.type(), chunk.data());
      }
    }
    metadata.icc().ifPresent(icc -> chunk(out, "iCCP", deflated("ICC Profile", icc)));
    metadata.resolution().flatMap(PngMetadata::bytes).ifPresent(data -> chunk(out, "pHYs", data));
    metadata.exif().ifPresent(exif -> chunk(out, "eXIf", exif));
    metadata.xmp().ifPresent(xmp -> chunk(out, "iTXt", concat(XMP_KEYWORD + "\0\0\0\0\0", xmp)));
    metadata
        .descriptions()
        .iptc()
        .ifPresent(iptc -> chunk(out, "zTXt", deflated(RAW_PROFILE + "iptc", hex(iptc))));
    for (PngChunk text : metadata.descriptions().pngTexts()) {
      chunk(out, text.type(), text.data());
    }
  }

  private static Optional<byte[]> bytes(Resolution resolution) {
    Resolution stored = resolution.in(resolution.isAbsolute() ? Unit.METRE : Unit.NONE);
    // Ratios are kept with three decimals.
    double scale = stored.x() == Math.rint(stored.x()) || stored.isAbsolute() ? 1 : 1000;
    long x = Math.round(stored.x() * scale);
    long y = Math.round(stored.y() * scale);
    if (x < 1 || y < 1 || x > Integer.MAX_VALUE || y > Integer.MAX_VALUE) {
      return Optional.empty();
    }
    byte unit = (byte) (stored.isAbsolute() ? 1 : 0);
    return Optional.of(ByteBuffer.allocate(9).putInt((int) x).putInt((int) y).put(unit).array());
  }

  private static byte[] hex(byte[] iptc) {
    byte[] resources = PhotoshopResources.of(iptc);
    StringBuilder text = new StringBuilder(String.format("\niptc\n%8d", resources.length));
    String digits = HexFormat.of().formatHex(resources);
    for (int at = 0; at < digits.length(); at += 72) {
      text.append('\n').append(digits, at, Math.min(at + 72, digits.length()));
    }
    return Bytes.latin(text.append('\n').toString());
  }

  /** A keyword, the compression method, then deflated data. */
  private static byte[] deflated(String keyword, byte[] data) {
    Deflater deflater = new Deflater();
    try {
      deflater.setInput(data);
      deflater.finish();
      byte[] buffer = new byte[data.length + data.length / 1000 + 64];
      int length = deflater.deflate(buffer);
      return concat(keyword + "\0\0", Arrays.copyOf(buffer, length));
    } finally {
      deflater.end();
    }
  }

  private static byte[] concat(String prefix, byte[] data) {
    byte[] start = Bytes.latin(prefix);
    return ByteBuffer.allocate(start.length + data.length).put(start).put(data).array();
  }

  private static void chunk(ByteArrayOutputStream out, String type, byte[] data) {
    byte[] name = Bytes.latin(type);
    CRC32 sum = new CRC32();
    sum.update(name);
    sum.update(data);
    out.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
    out.writeBytes(name);
    out.writeBytes(data);
    out.writeBytes(ByteBuffer.allocate(4).putInt((int) sum.getValue()).array());
  }
}
