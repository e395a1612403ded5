package io.spackle.metadata;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.spackle.binary.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * XMP packets that are larger than a JPEG segment: the main packet names the MD5 of a second one,
 * which follows in parts. Layout: XMP specification, part 3, section 1.1.3.1.
 */
final class ExtendedXmp {

  static final String PREFIX = "http://ns.adobe.com/xmp/extension/\0";

  private static final String NAMESPACE = "http://ns.adobe.com/xmp/note/";
  private static final String PROPERTY = "HasExtendedXMP";
  private static final int DIGEST_DIGITS = 32;
  private static final int HEADER_BYTES = DIGEST_DIGITS + 8; // full length, offset

  private String digest = "";
  private byte[] packet = new byte[0];

  /** Adds a part: digest, full length, offset, data. Parts of another packet are ignored. */
  void add(byte[] part) {
    if (part.length < HEADER_BYTES) {
      return;
    }
    long length = Bytes.u32(part, DIGEST_DIGITS);
    if (digest.isEmpty() && length <= FoundMetadata.MAX_BYTES) {
      digest = digest(part);
      packet = new byte[(int) length];
    }
    long offset = Bytes.u32(part, DIGEST_DIGITS + 4);
    int size = part.length - HEADER_BYTES;
    if (digest(part).equals(digest) && offset + size <= packet.length) {
      System.arraycopy(part, HEADER_BYTES, packet, (int) offset, size);
    }
  }

  private static String digest(byte[] part) {
    return new String(part, 0, DIGEST_DIGITS, ISO_8859_1).toUpperCase(Locale.ROOT);
  }

  /** The main packet with the properties of the second one, if it names it and it is intact. */
  byte[] joined(byte[] main) {
    Optional<Xmp> parsed = Xmp.of(main);
    Optional<String> named = parsed.flatMap(xmp -> xmp.property(NAMESPACE, PROPERTY));
    if (named.isEmpty()) {
      return main;
    }
    Xmp alone = parsed.get().without(NAMESPACE, PROPERTY);
    boolean intact = named.get().equalsIgnoreCase(digest) && md5(packet).equals(digest);
    return (intact ? Xmp.of(packet).flatMap(alone::and) : Optional.<Xmp>empty())
        .orElse(alone)
        .bytes();
  }

  /** Writes a packet as one segment, or as a main packet and the segments of a second one. */
  static void write(ByteArrayOutputStream out, byte[] prefix, byte[] xmp) {
    int limit = JpegSegments.MAX_DATA - prefix.length;
    if (xmp.length <= limit) {
      JpegSegments.write(out, JpegSegments.APP1, prefix, xmp);
      return;
    }
    // Room for the reference to the second packet.
    XmpSplit.of(xmp, limit - 256).ifPresent(split -> write(out, prefix, split));
  }

  private static void write(ByteArrayOutputStream out, byte[] prefix, XmpSplit split) {
    if (split.rest().isEmpty()) {
      JpegSegments.write(out, JpegSegments.APP1, prefix, split.main().bytes());
      return;
    }
    byte[] rest = split.rest().get().bytes();
    String named = md5(rest);
    Optional<Xmp> main = split.main().with(NAMESPACE, "xmpNote:" + PROPERTY, named);
    JpegSegments.write(out, JpegSegments.APP1, prefix, main.orElse(split.main()).bytes());
    int step = JpegSegments.MAX_DATA - PREFIX.length() - HEADER_BYTES;
    for (int at = 0; at < rest.length; at += step) {
      byte[] header =
          ByteBuffer.allocate(PREFIX.length() + HEADER_BYTES)
              .put(Bytes.latin(PREFIX + named))
              .putInt(rest.length)
              .putInt(at)
              .array();
      byte[] part = Arrays.copyOfRange(rest, at, Math.min(at + step, rest.length));
      JpegSegments.write(out, JpegSegments.APP1, header, part);
    }
  }

  private static String md5(byte[] bytes) {
    try {
      byte[] sum = MessageDigest.getInstance("MD5").digest(bytes);
      return HexFormat.of().withUpperCase().formatHex(sum);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }
}
