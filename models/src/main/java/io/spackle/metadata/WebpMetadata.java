package io.spackle.metadata;

import io.spackle.binary.Bytes;
import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Metadata in WebP files. Layout: RFC 9649, section 2; C2PA 2.2, annex A.3.7. */
final class WebpMetadata {

  private static final int FILE_HEADER_BYTES = 12;
  private static final int CHUNK_HEADER_BYTES = 8;
  private static final int FLAG_ICC = 0x20;
  private static final int FLAG_ALPHA = 0x10;
  private static final int FLAG_EXIF = 0x08;
  private static final int FLAG_XMP = 0x04;
  private static final Set<String> METADATA = Set.of("VP8X", "ICCP", "EXIF", "XMP ", "C2PA");

  private WebpMetadata() {}

  /** A chunk in a file, checked to lie within it. */
  private record Chunk(byte[] file, int start, int length) {

    String type() {
      return Bytes.tag(file, start);
    }

    int dataStart() {
      return start + CHUNK_HEADER_BYTES;
    }

    byte[] data() {
      return Arrays.copyOfRange(file, dataStart(), dataStart() + length);
    }
  }

  /** The chunks up to the first one that is not complete. */
  private static List<Chunk> chunks(byte[] file) {
    List<Chunk> chunks = new ArrayList<>();
    long at = FILE_HEADER_BYTES;
    while (at + CHUNK_HEADER_BYTES <= file.length) {
      long length = Bytes.u32LittleEndian(file, (int) at + 4);
      if (length > file.length - at - CHUNK_HEADER_BYTES) {
        break;
      }
      chunks.add(new Chunk(file, (int) at, (int) length));
      at += CHUNK_HEADER_BYTES + length + length % 2; // chunks are padded to even lengths
    }
    return chunks;
  }

  static void read(byte[] file, FoundMetadata found) {
    for (Chunk chunk : chunks(file)) {
      switch (chunk.type()) {
        case "ICCP" -> found.icc(chunk.data());
        case "EXIF" -> found.exif(chunk.data());
        case "XMP " -> found.xmp(chunk.data());
        case "C2PA" -> found.manifest(chunk.data());
        default -> {
          // Pixels, and chunks that nobody defined.
        }
      }
    }
  }

  /**
   * Writes metadata around the image. A resolution is written as EXIF if there is no EXIF block.
   *
   * @throws ImageException {@code CORRUPT} if the file has no image
   */
  static byte[] write(byte[] file, ImageMetadata metadata) {
    List<Chunk> chunks = chunks(file);
    Header header = header(chunks, file.length);
    Optional<byte[]> exif = metadata.exif().or(() -> metadata.resolution().map(Exif::of));
    int flags =
        header.flags() & ~(FLAG_ICC | FLAG_EXIF | FLAG_XMP)
            | (metadata.icc().isPresent() ? FLAG_ICC : 0)
            | (exif.isPresent() ? FLAG_EXIF : 0)
            | (metadata.xmp().isPresent() ? FLAG_XMP : 0);
    ByteArrayOutputStream out = new ByteArrayOutputStream(file.length + 4096);
    if (header.extended() || (flags & ~FLAG_ALPHA) != 0) {
      chunk(out, "VP8X", header.with(flags));
    }
    metadata.icc().ifPresent(icc -> chunk(out, "ICCP", icc));
    for (Chunk chunk : chunks) {
      if (!METADATA.contains(chunk.type())) {
        chunk(out, chunk.type(), chunk.data());
      }
    }
    exif.ifPresent(block -> chunk(out, "EXIF", block));
    metadata.xmp().ifPresent(xmp -> chunk(out, "XMP ", xmp));
    return file(out.toByteArray());
  }

  /** The features and the canvas of a file; {@code extended} if it has a chunk for them. */
  private record Header(boolean extended, int flags, int width, int height) {

    byte[] with(int otherFlags) {
      return littleEndian(10)
          .putInt(otherFlags)
          .put((byte) (width - 1))
          .putShort((short) (width - 1 >> 8))
          .put((byte) (height - 1))
          .putShort((short) (height - 1 >> 8))
          .array();
    }
  }

  private static Header header(List<Chunk> chunks, int fileLength) {
    boolean alpha = chunks.stream().anyMatch(chunk -> chunk.type().equals("ALPH"));
    for (Chunk chunk : chunks) {
      byte[] file = chunk.file();
      int at = chunk.dataStart();
      if (chunk.type().equals("VP8X") && chunk.length() >= 10) {
        int width = 1 + (int) (Bytes.u32LittleEndian(file, at + 4) & 0xFFFFFF);
        int height = 1 + (int) (Bytes.u32LittleEndian(file, at + 6) >> 8);
        return new Header(true, Bytes.u8(file, at), width, height);
      }
      // A frame tag of three bytes and a start code of three, then 14 bits for each side.
      if (chunk.type().equals("VP8 ") && chunk.length() >= 10) {
        long sizes = Bytes.u32LittleEndian(file, at + 6);
        int flags = alpha ? FLAG_ALPHA : 0;
        return new Header(false, flags, (int) sizes & 0x3FFF, (int) (sizes >> 16) & 0x3FFF);
      }
      // A signature of one byte, then 14 bits for each side less 1, and one for alpha.
      if (chunk.type().equals("VP8L") && chunk.length() >= 5) {
        long bits = Bytes.u32LittleEndian(file, at + 1);
        int flags = (bits >> 28 & 1) == 1 ? FLAG_ALPHA : 0;
        int width = 1 + (int) (bits & 0x3FFF);
        return new Header(false, flags, width, 1 + (int) (bits >> 14 & 0x3FFF));
      }
    }
    throw new ImageException(
        Reason.CORRUPT, "a WebP file of " + fileLength + " bytes without an image");
  }

  /** Appends a manifest store. */
  static PlacedManifest place(byte[] file, byte[] store) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(file.length + store.length + 16);
    for (Chunk chunk : chunks(file)) {
      chunk(out, chunk.type(), chunk.data());
    }
    int start = FILE_HEADER_BYTES + out.size();
    chunk(out, "C2PA", store);
    byte[] placed = file(out.toByteArray());
    return new PlacedManifest(placed, start, placed.length - start);
  }

  private static ByteBuffer littleEndian(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void chunk(ByteArrayOutputStream out, String type, byte[] data) {
    out.writeBytes(
        littleEndian(CHUNK_HEADER_BYTES).put(Bytes.latin(type)).putInt(data.length).array());
    out.writeBytes(data);
    if (data.length % 2 == 1) {
      out.write(0);
    }
  }

  private static byte[] file(byte[] chunks) {
    return littleEndian(FILE_HEADER_BYTES + chunks.length)
        .put(Bytes.latin("RIFF"))
        .putInt(chunks.length + 4)
        .put(Bytes.latin("WEBP"))
        .put(chunks)
        .array();
  }
}
