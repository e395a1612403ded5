package io.spackle.provenance;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spackle.metadata.Xmp;
import java.util.Optional;

/** The property of an XMP packet that says how an image came about. */
final class XmpMark {

  static final String NAMESPACE = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/";
  static final String PROPERTY = "DigitalSourceType";

  private static final String PREFIX = "Iptc4xmpExt";

  private XmpMark() {}

  /**
   * A packet with the mark, which replaces another one; the rest is kept.
   *
   * @param packet of the input; if it is damaged, a new one takes its place
   */
  static byte[] mark(Optional<byte[]> packet, SourceType type) {
    return packet
        .flatMap(Xmp::of)
        .flatMap(xmp -> xmp.with(NAMESPACE, PREFIX + ":" + PROPERTY, type.uri()))
        .map(Xmp::bytes)
        .orElseGet(() -> packet(type));
  }

  private static byte[] packet(SourceType type) {
    return String.format(
            "<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
                + "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">"
                + "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"
                + "<rdf:Description rdf:about=\"\" xmlns:%1$s=\"%2$s\">"
                + "<%1$s:%3$s>%4$s</%1$s:%3$s></rdf:Description></rdf:RDF></x:xmpmeta>\n"
                + "<?xpacket end=\"w\"?>",
            PREFIX, NAMESPACE, PROPERTY, type.uri())
        .getBytes(UTF_8);
  }
}
