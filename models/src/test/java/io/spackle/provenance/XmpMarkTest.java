package io.spackle.provenance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.metadata.Xmp;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The mark is added to the packet of the input, of which everything else stays as it is. */
class XmpMarkTest {

  private static final SourceType TYPE = SourceType.COMPOSITE_WITH_TRAINED_MODEL;

  @Test
  void imagesWithoutAPacketGetOne() {
    String marked = mark(Optional.empty());
    assertThat(marked)
        .contains("http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrained")
        .startsWith("<?xpacket begin=\"\uFEFF\"")
        .endsWith("<?xpacket end=\"w\"?>");
    assertThat(sourceType(marked)).hasValue(TYPE.uri());
  }

  @Test
  void otherPropertiesStayByteForByte() {
    String packet = packet("<dc:title>K\u00F6ln &amp; <!-- x --></dc:title>", "");
    String marked = mark(Optional.of(packet));
    int added = marked.indexOf("<rdf:Description xmlns:rdf");
    String end = "</rdf:Description>";
    String rest =
        marked.substring(0, added) + marked.substring(marked.indexOf(end, added) + end.length());
    assertThat(rest).isEqualTo(packet);
    assertThat(sourceType(marked)).hasValue(TYPE.uri());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<i:DigitalSourceType>digitalCapture</i:DigitalSourceType>|",
        "<i:DigitalSourceType rdf:resource='digitalCapture'/>|",
        "| i:DigitalSourceType='digitalCapture'",
        "| i:DigitalSourceType = \"digitalCapture\"",
      })
  void anotherSourceTypeIsReplaced(String property) {
    String[] parts = property.split("\\|", -1);
    String marked = mark(Optional.of(packet(parts[0] + "<dc:title>x</dc:title>", parts[1])));
    assertThat(marked).doesNotContain("digitalCapture").contains("<dc:title>x</dc:title>");
    assertThat(sourceType(marked)).hasValue(TYPE.uri());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no XML",
        "<x/>",
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>",
        "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/hostname'>]>"
            + "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>&e;</rdf:RDF>",
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><a></rdf:RDF>",
      })
  void damagedPacketsAreReplaced(String packet) {
    assertThat(mark(Optional.of(packet))).isEqualTo(mark(Optional.empty()));
  }

  @Test
  void theMarkIsAboutTheSameResource() {
    String packet = packet("", "").replace("rdf:about=''", "rdf:about='uuid:1'");
    assertThat(mark(Optional.of(packet))).contains("rdf:about=\"uuid:1\"");
  }

  private static String packet(String properties, String attributes) {
    return "<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?>\n"
        + "<x:xmpmeta xmlns:x='adobe:ns:meta/'>"
        + "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        + "<rdf:Description rdf:about='' xmlns:dc='http://purl.org/dc/elements/1.1/'"
        + " xmlns:i='http://iptc.org/std/Iptc4xmpExt/2008-02-29/'"
        + attributes
        + ">\n "
        + properties
        + "</rdf:Description></rdf:RDF></x:xmpmeta>\n    \n<?xpacket end='w'?>";
  }

  private static String mark(Optional<String> packet) {
    return new String(XmpMark.mark(packet.map(text -> text.getBytes(UTF_8)), TYPE), UTF_8);
  }

  private static Optional<String> sourceType(String packet) {
    return Xmp.of(packet.getBytes(UTF_8))
        .flatMap(xmp -> xmp.property(XmpMark.NAMESPACE, XmpMark.PROPERTY));
  }
}
