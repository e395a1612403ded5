package io.spackle.metadata;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.spackle.image.ImageException;
import io.spackle.metadata.ImageMetadata.Colours;
import io.spackle.metadata.ImageMetadata.Descriptions;
import io.spackle.metadata.ImageMetadata.PngChunk;
import io.spackle.metadata.Resolution.Unit;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a file says besides its pixels is read, changed and written into another file. */
class ImageMetadataTest {

  private static final byte[] EXIF =
      Files.exif(ByteOrder.LITTLE_ENDIAN, 3, 1, Files.join("old image"));
  private static final byte[] XMP = Files.xmp("<dc:title>K\u00F6ln</dc:title>");
  private static final byte[] ICC = Files.noise(3000);

  private static final ImageMetadata ALL = metadata(ICC, EXIF, XMP);

  private static ImageMetadata metadata(byte[] icc, byte[] exif, byte[] xmp) {
    return new ImageMetadata(
        new Colours(Optional.of(icc), List.of()),
        new Descriptions(
            Optional.of(exif),
            Optional.of(xmp),
            Optional.of(Files.iptc()),
            List.of(),
            Optional.empty()),
        Optional.of(new Resolution(300, 300, Unit.INCH)),
        Optional.empty());
  }

  static Stream<byte[]> encoded() {
    return Stream.of(
        Files.png(),
        Files.jpeg(),
        Files.WEBP_LOSSY,
        Files.WEBP_LOSSLESS,
        Files.WEBP_ALPHA,
        Files.WEBP_LOSSLESS_ALPHA);
  }

  @ParameterizedTest
  @MethodSource("encoded")
  void everyFormatCarriesProfileExifXmpAndResolution(byte[] encoded) {
    ImageMetadata read = ImageMetadata.read(ALL.writeInto(encoded));
    assertThat(read.icc()).hasValue(ICC);
    assertThat(read.exif()).hasValue(EXIF);
    assertThat(read.xmp()).hasValue(XMP);
    Resolution inch = read.resolution().orElseThrow().in(Unit.INCH);
    assertThat(inch.x()).isCloseTo(300, within(0.01));
    assertThat(inch.y()).isCloseTo(300, within(0.01));
  }

  @Test
  void pngAndJpegCarryIptcRecords() {
    for (byte[] encoded : List.of(Files.png(), Files.jpeg())) {
      ImageMetadata read = ImageMetadata.read(ALL.writeInto(encoded));
      assertThat(read.descriptions().iptc()).hasValue(Files.iptc());
    }
  }

  @ParameterizedTest
  @MethodSource("encoded")
  void metadataIsReplacedRatherThanRepeated(byte[] encoded) {
    byte[] once = ALL.writeInto(encoded);
    assertThat(ALL.writeInto(once)).isEqualTo(once);
    byte[] none = ImageMetadata.NONE.writeInto(once);
    ImageMetadata read = ImageMetadata.read(none);
    assertThat(read.descriptions()).isEqualTo(Descriptions.NONE);
    assertThat(read.icc()).isEmpty();
  }

  @Test
  void pixelsStayTheSame() throws IOException {
    for (byte[] encoded : List.of(Files.png(), Files.jpeg())) {
      assertThat(pixels(ALL.writeInto(encoded))).isEqualTo(pixels(encoded));
    }
    for (byte[] webp : List.of(Files.WEBP_LOSSY, Files.WEBP_LOSSLESS)) {
      String image = new String(webp, 12, webp.length - 12, ISO_8859_1);
      assertThat(new String(ALL.writeInto(webp), ISO_8859_1)).contains(image);
    }
  }

  private static int[] pixels(byte[] file) throws IOException {
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(file));
    return image.getRGB(0, 0, 3, 2, null, 0, 3);
  }

  @Test
  void extendedWebpHasTheCanvasAndTheFeaturesOfItsImage() {
    byte[] lossy = ALL.writeInto(Files.WEBP_LOSSY);
    assertThat(Arrays.copyOfRange(lossy, 12, 30))
        .isEqualTo(Files.join("VP8X\n\0\0\0\u002C\0\0\0\2\0\0\1\0\0"));
    byte[] alpha = ALL.writeInto(Files.WEBP_LOSSLESS_ALPHA);
    assertThat(Arrays.copyOfRange(alpha, 12, 30))
        .isEqualTo(Files.join("VP8X\n\0\0\0\u003C\0\0\0\2\0\0\1\0\0"));
    assertThat(ImageMetadata.NONE.writeInto(Files.WEBP_LOSSY)).isEqualTo(Files.WEBP_LOSSY);
  }

  @Test
  void resolutionAloneIsWrittenIntoWebpAsExif() {
    ImageMetadata stripped = ALL.stripped();
    ImageMetadata read = ImageMetadata.read(stripped.writeInto(Files.WEBP_LOSSY));
    assertThat(read.resolution()).hasValue(new Resolution(300, 300, Unit.INCH));
    assertThat(read.xmp()).isEmpty();
  }

  @Test
  void profilesAreSplitInJpegAndJoinedInAnyOrder() {
    byte[] profile = Files.noise(150_000);
    byte[] jpeg = metadata(profile, EXIF, XMP).writeInto(Files.jpeg());
    assertThat(ImageMetadata.read(jpeg).icc()).hasValue(profile);
    byte[] shuffled =
        Files.jpeg(
            Files.segment(0xE2, Files.join("ICC_PROFILE\0\2\3", Files.join("world"))),
            Files.segment(0xE2, Files.join("ICC_PROFILE\0\3\3", Files.join("!"))),
            Files.segment(0xE2, Files.join("ICC_PROFILE\0\1\3", Files.join("hello "))));
    assertThat(ImageMetadata.read(shuffled).icc()).hasValue(Files.join("hello world!"));
    byte[] incomplete =
        Files.jpeg(Files.segment(0xE2, Files.join("ICC_PROFILE\0\2\2", Files.join("world"))));
    assertThat(ImageMetadata.read(incomplete).icc()).isEmpty();
  }

  @Test
  void packetsOfMoreThanASegmentAreSplitInJpeg() {
    String description = "<dc:description>" + "x".repeat(200_000) + "</dc:description>";
    byte[] large = Files.xmp("<dc:title>K\u00F6ln</dc:title>" + description);
    byte[] jpeg = metadata(ICC, EXIF, large).writeInto(Files.jpeg());
    ImageMetadata read = ImageMetadata.read(jpeg);
    Xmp xmp = Xmp.of(read.xmp().orElseThrow()).orElseThrow();
    String dc = "http://purl.org/dc/elements/1.1/";
    assertThat(xmp.property(dc, "title")).hasValue("K\u00F6ln");
    assertThat(xmp.property(dc, "description").orElseThrow()).hasSize(200_000);
    assertThat(xmp.property("http://ns.adobe.com/xap/1.0/", "Rating")).hasValue("4");
    assertThat(xmp.property("http://ns.adobe.com/xmp/note/", "HasExtendedXMP")).isEmpty();
  }

  @Test
  void exifOfMoreThanASegmentLosesTheCameraMakersNotesInJpeg() {
    byte[] exif = Files.exif(ByteOrder.LITTLE_ENDIAN, 3, 6, Files.noise(70_000));
    ImageMetadata read = ImageMetadata.read(metadata(ICC, exif, XMP).writeInto(Files.jpeg()));
    assertThat(read.orientation()).isEqualTo(6);
    assertThat(read.exif().orElseThrow().length).isLessThan(300);
  }

  @Test
  void orientationMayHaveAnyIntegerTypeAndByteOrder() {
    for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
      for (int type : List.of(1, 3, 4)) {
        ImageMetadata turned = metadata(ICC, Files.exif(order, type, 6, new byte[0]), XMP);
        assertThat(turned.orientation()).as("%s %d", order, type).isEqualTo(6);
        assertThat(turned.upright(20, 30).orientation()).isEqualTo(1);
      }
    }
  }

  @Test
  void orientationIsReadFromXmpOnlyIfExifHasNone() {
    byte[] turned = Files.xmp("<tiff:Orientation>8</tiff:Orientation>");
    assertThat(ALL.withXmp(turned).orientation()).isEqualTo(1);
    ImageMetadata xmpOnly = ImageMetadata.NONE.withXmp(turned);
    assertThat(xmpOnly.orientation()).isEqualTo(8);
    assertThat(xmpOnly.upright(3, 2).orientation()).isEqualTo(1);
  }

  @Test
  void uprightMetadataHasTheNewSizeAndNoThumbnailOfTheOldImage() {
    ImageMetadata upright = metadata(ICC, EXIF, XMP).upright(640, 480);
    byte[] exif = upright.exif().orElseThrow();
    assertThat(new String(exif, ISO_8859_1)).doesNotContain("old image");
    Tiff tiff = Tiff.of(exif).orElseThrow();
    assertThat(tiff.next(tiff.first())).isZero();
    long details = (long) tiff.number(tiff.find(tiff.first(), 0x8769).orElseThrow());
    assertThat(tiff.number(tiff.find(details, 0xA002).orElseThrow())).isEqualTo(640);
    assertThat(tiff.number(tiff.find(details, 0xA003).orElseThrow())).isEqualTo(480);
    assertThat(Exif.resolution(exif)).hasValue(new Resolution(300, 300, Unit.INCH));
    assertThat(upright.xmp()).as("has nothing to change").hasValue(trimmed(XMP));
  }

  private static byte[] trimmed(byte[] xmp) {
    return new String(xmp, UTF_8).strip().getBytes(UTF_8);
  }

  @Test
  void uprightXmpHasNothingThatIsTrueOfTheOldFileOnly() {
    byte[] packet =
        Files.xmp(
            "<xmp:Thumbnails><rdf:Alt><rdf:li>old</rdf:li></rdf:Alt></xmp:Thumbnails>"
                + "<g:Data xmlns:g='http://ns.google.com/photos/1.0/image/'>old</g:Data>"
                + "<t:provenance xmlns:t='http://purl.org/dc/terms/'>https://old</t:provenance>"
                + "<dc:title g:x='1' xmlns:g='urn:other'>kept</dc:title>");
    String upright =
        new String(ImageMetadata.NONE.withXmp(packet).upright(3, 2).xmp().orElseThrow(), UTF_8);
    assertThat(upright).doesNotContain("old").contains("<dc:title g:x='1'").contains("kept");
  }

  @Test
  void strippedMetadataKeepsColoursAndResolutionOnly() {
    ImageMetadata stripped = ImageMetadata.read(ALL.stripped().writeInto(Files.png()));
    assertThat(stripped.icc()).hasValue(ICC);
    assertThat(stripped.resolution()).isPresent();
    assertThat(stripped.descriptions()).isEqualTo(Descriptions.NONE);
  }

  @Test
  void pngKeepsColourChunksAndTexts() {
    byte[] gamma = {0, 0, (byte) 0xB1, (byte) 0x8F};
    byte[] png =
        Files.png(
            Files.chunk("gAMA", gamma),
            Files.chunk("tEXt", Files.join("Author\0Ada")),
            Files.chunk("tIME", new byte[7]));
    ImageMetadata read = ImageMetadata.read(ImageMetadata.read(png).writeInto(Files.png()));
    PngChunk chunk = read.colours().pngChunks().get(0);
    assertThat(chunk.type()).isEqualTo("gAMA");
    assertThat(chunk.data()).isEqualTo(gamma);
    assertThat(read.descriptions().pngTexts()).hasSize(1);
    assertThat(read.descriptions().pngTexts().get(0).data()).isEqualTo(Files.join("Author\0Ada"));
  }

  @Test
  void pngReadsCompressedPacketsAndBlocksInHexadecimalDigits() {
    byte[] packet = Files.join("XML:com.adobe.xmp\0\1\0en\0\0", Files.deflated(XMP));
    byte[] digits =
        Files.join(
            "Raw profile type iptc\0\0",
            Files.deflated(Files.join("\niptc\n      10\n1c027800054120636174\n")));
    ImageMetadata read =
        ImageMetadata.read(Files.png(Files.chunk("iTXt", packet), Files.chunk("zTXt", digits)));
    assertThat(read.xmp()).hasValue(XMP);
    assertThat(read.descriptions().iptc()).hasValue(Files.iptc());
  }

  @Test
  void jpegReadsResolutionInEachUnit() {
    byte[] inch = withDensity(1);
    assertThat(ImageMetadata.read(inch).resolution()).hasValue(new Resolution(72, 96, Unit.INCH));
    assertThat(ImageMetadata.read(withDensity(2)).resolution())
        .hasValue(new Resolution(72, 96, Unit.CENTIMETRE));
    assertThat(ImageMetadata.read(withDensity(0)).resolution())
        .hasValue(new Resolution(72, 96, Unit.NONE));
    assertThat(ImageMetadata.read(Files.jpeg()).resolution()).as("square pixels").isEmpty();
  }

  private static byte[] withDensity(int unit) {
    return Files.jpeg(
        Files.segment(0xE0, Files.join("JFIF\0\1\2" + (char) unit + "\0\u0048\0\u0060\0\0")));
  }

  @Test
  void manifestsAreReadButNeverWritten() {
    byte[] store = Files.join("\0\0\0\u0018jumb\0\0\0\u0010jumdc2pa-and-more");
    byte[] first = Files.join("JP\0\1\0\0\0\1", Arrays.copyOf(store, 28));
    byte[] second =
        Files.join("JP\0\1\0\0\0\2\0\0\0\u0018jumb", Arrays.copyOfRange(store, 28, store.length));
    for (byte[] file :
        List.of(
            Files.png(Files.chunk("caBX", store)),
            Files.jpeg(Files.segment(0xEB, second), Files.segment(0xEB, first)))) {
      ImageMetadata read = ImageMetadata.read(file);
      assertThat(read.manifest()).hasValue(store);
      assertThat(ImageMetadata.read(read.writeInto(file)).manifest()).isEmpty();
    }
  }

  @Test
  void tiffTagsBecomeExif() {
    byte[] block = Files.exif(ByteOrder.BIG_ENDIAN, 3, 3, new byte[0]);
    block[0] = 'M';
    ImageMetadata read = ImageMetadata.read(block);
    assertThat(read.orientation()).isEqualTo(3);
    assertThat(read.resolution()).hasValue(new Resolution(300, 300, Unit.INCH));
    Tiff tiff = Tiff.of(read.exif().orElseThrow()).orElseThrow();
    long details = (long) tiff.number(tiff.find(tiff.first(), 0x8769).orElseThrow());
    assertThat(tiff.number(tiff.find(details, 0xA002).orElseThrow())).isEqualTo(3000);
  }

  @Test
  void tiffHasProfilePacketAndIptcRecordsInTags() {
    byte[] packet = trimmed(XMP);
    int values = 8 + 2 + 3 * 12 + 4;
    ByteBuffer file = ByteBuffer.allocate(values + packet.length + Files.iptc().length + 5);
    file.put(Files.join("MM\0*")).putInt(8).putShort((short) 3);
    for (byte[] value : List.of(packet, Files.iptc(), Files.join("hello"))) {
      int tag = value == packet ? 700 : value.length == 5 ? 34675 : 33723;
      file.putShort((short) tag).putShort((short) 7).putInt(value.length).putInt(values);
      file.duplicate().position(values).put(value);
      values += value.length;
    }
    ImageMetadata read = ImageMetadata.read(file.array());
    assertThat(read.xmp()).hasValue(packet);
    assertThat(read.descriptions().iptc()).hasValue(Files.iptc());
    assertThat(read.icc()).hasValue(Files.join("hello"));
    assertThat(read.exif()).as("pixels' tags are no description").isEmpty();
  }

  @Test
  void gifHasAPacketAndBmpAResolution() {
    byte[] gif =
        Files.join(
            "GIF89a-header!\u00FF\u000BXMP DataXMP", XMP, Files.join("\1\u00FF\u00FE\u00FD"));
    assertThat(ImageMetadata.read(gif).xmp()).hasValue(XMP);
    byte[] bmp = Files.jdk("bmp");
    ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN).putInt(38, 2835).putInt(42, 2835);
    assertThat(ImageMetadata.read(bmp).resolution())
        .hasValue(new Resolution(2835, 2835, Unit.METRE));
  }

  @Test
  void inflatingBombsIsLimited() {
    byte[] bomb = Files.deflated(new byte[64 << 20]);
    byte[] png =
        Files.png(
            Files.chunk("iCCP", Files.join("x\0\0", bomb)),
            Files.chunk("iTXt", Files.join("XML:com.adobe.xmp\0\1\0\0\0", bomb)),
            Files.chunk("zTXt", Files.join("Raw profile type iptc\0\0", bomb)),
            Files.chunk("eXIf", EXIF));
    ImageMetadata read = ImageMetadata.read(png);
    assertThat(read.icc()).isEmpty();
    assertThat(read.xmp()).isEmpty();
    assertThat(read.exif()).as("what is intact is read").hasValue(EXIF);
  }

  @Test
  void packetsWithADocumentTypeAreDamaged() {
    String entity = "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/hostname\">]>";
    String packet = new String(Files.xmp("<dc:title>&e;</dc:title>"), UTF_8);
    byte[] hostile = packet.replace("<x:xmpmeta", entity + "<x:xmpmeta").getBytes(UTF_8);
    assertThat(ImageMetadata.NONE.withXmp(hostile).upright(3, 2).xmp()).isEmpty();
  }

  @Test
  void truncatedAndDamagedFilesNeverFailToBeRead() {
    // A short packet, so that most bytes are those of lengths, offsets and types.
    String packet =
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><r:RDF"
            + " xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><r:Description"
            + " xmlns:t='http://ns.adobe.com/tiff/1.0/' t:Orientation='6'/></r:RDF></x:xmpmeta>";
    ImageMetadata small = metadata(Files.noise(50), EXIF, packet.getBytes(UTF_8));
    Stream.concat(
            encoded().map(small::writeInto), Stream.of(EXIF, Files.jdk("bmp"), Files.jdk("gif")))
        .forEach(
            file -> {
              for (int i = 0; i < file.length; i += 5) {
                use(Arrays.copyOf(file, i));
                byte[] flipped = file.clone();
                flipped[i] ^= (byte) (1 << i % 8);
                use(flipped);
                flipped[i] = (byte) 0xFF;
                use(flipped);
              }
            });
  }

  private static void use(byte[] file) {
    ImageMetadata read = ImageMetadata.read(file);
    ImageMetadata upright = read.upright(30, 20);
    assertThat(read.orientation()).isBetween(1, 8);
    for (byte[] encoded : List.of(file, Files.WEBP_LOSSY)) {
      try {
        assertThat(upright.writeInto(encoded)).isNotEmpty();
      } catch (ImageException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }

  @Test
  void onlyEncodedImagesAreWrittenTo() {
    assertThatThrownBy(() -> ALL.writeInto(Files.jdk("gif")))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("PNG, JPEG and WebP");
    assertThat(ImageMetadata.read(new byte[0])).isEqualTo(ImageMetadata.NONE);
  }
}
