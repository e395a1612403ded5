package io.spackle.source;

import static io.spackle.row.ErrorCode.IMAGE_CORRUPT;
import static io.spackle.row.ErrorCode.IMAGE_UNSUPPORTED;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.apache.hc.core5.http.Header;

/**
 * The content codings of a response (RFC 9110, section 8.4), undone as browsers do: names that are
 * no coding, which object stores keep as users set them, are ignored.
 *
 * <p>No compression is requested, since images are compressed already, but some hosts store them
 * compressed. Only gzip and deflate are decoded: decoders of other formats may allocate a gigabyte
 * on the host's demand.
 */
final class ContentCodings {

  private static final Set<String> GZIP = Set.of("gzip", "x-gzip");
  private static final String DEFLATE = "deflate";

  /** The other names of IANA's registry. */
  private static final Set<String> UNSUPPORTED =
      Set.of("br", "zstd", "dcb", "dcz", "compress", "x-compress", "exi", "pack200-gzip", "xz");

  private static final int MAX_CODINGS = 3;

  private ContentCodings() {}

  /**
   * Undoes the codings of a body.
   *
   * @param headers the Content-Encoding headers, in their order
   * @param maxBytes of the result of each coding
   * @throws io.spackle.row.RowException if it is too large or cannot be decoded; no retry helps
   */
  static byte[] decoded(Location location, Header[] headers, byte[] body, long maxBytes) {
    List<String> codings = codings(headers);
    if (codings.size() > MAX_CODINGS) {
      throw location.fault(
          IMAGE_UNSUPPORTED,
          codings.size() + " codings found in Content-Encoding, at most 3 expected");
    }
    byte[] decoded = body;
    for (int i = codings.size() - 1; i >= 0; i--) { // the last one was applied last
      decoded = decoded(location, codings.get(i), decoded, maxBytes);
    }
    return decoded;
  }

  private static List<String> codings(Header[] headers) {
    return Arrays.stream(headers)
        .map(Header::getValue)
        .flatMap(value -> value == null ? Stream.empty() : Arrays.stream(value.split(",")))
        .map(name -> name.strip().toLowerCase(Locale.ROOT))
        .filter(name -> GZIP.contains(name) || DEFLATE.equals(name) || UNSUPPORTED.contains(name))
        .toList();
  }

  private static byte[] decoded(Location location, String coding, byte[] body, long maxBytes) {
    if (UNSUPPORTED.contains(coding)) {
      throw location.fault(
          IMAGE_UNSUPPORTED,
          "Content-Encoding " + coding + " found, none, gzip or deflate expected");
    }
    if (GZIP.contains(coding) && !isGzip(body)) {
      return body; // stored without compression in spite of its header
    }
    Inflater inflater = new Inflater(!isZlib(body));
    try (InputStream in = decoder(coding, body, inflater)) {
      return location.readAll(in, maxBytes);
    } catch (IOException e) {
      throw location.fault(
          IMAGE_CORRUPT,
          "the " + coding + " data of the response is damaged: " + e.getMessage(),
          e);
    } finally {
      inflater.end();
    }
  }

  private static InputStream decoder(String coding, byte[] body, Inflater inflater)
      throws IOException {
    var in = new ByteArrayInputStream(body);
    return coding.equals(DEFLATE) ? new InflaterInputStream(in, inflater) : new GZIPInputStream(in);
  }

  private static boolean isGzip(byte[] body) {
    return body.length > 1 && body[0] == 0x1F && body[1] == (byte) 0x8B;
  }

  /** By its checksum (RFC 1950); some hosts send raw deflate data (RFC 1951) instead. */
  private static boolean isZlib(byte[] body) {
    return body.length > 1 && ((body[0] & 0xFF) << 8 | body[1] & 0xFF) % 31 == 0;
  }
}
