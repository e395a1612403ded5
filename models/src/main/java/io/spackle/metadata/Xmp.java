package io.spackle.metadata;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spackle.metadata.XmlParts.Kind;
import io.spackle.metadata.XmlParts.Part;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An XMP packet: properties of an image as RDF. Changes leave the rest of the text as it is.
 * Layout: ISO 16684-1.
 */
public final class Xmp {

  private static final String RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

  private static final String TIFF = "http://ns.adobe.com/tiff/1.0/";
  private static final String EXIF = "http://ns.adobe.com/exif/1.0/";
  private static final String BASIC = "http://ns.adobe.com/xap/1.0/";
  private static final String TERMS = "http://purl.org/dc/terms/";

  /**
   * Properties of images that lie in the same file or in the packet itself: depth maps, gain maps,
   * the photo before a blur. They show the old image or are no longer there.
   */
  private static final Set<String> OTHER_IMAGES =
      Set.of(
          "http://ns.google.com/photos/1.0/image/",
          "http://ns.google.com/photos/1.0/depthmap/",
          "http://ns.google.com/photos/1.0/camera/",
          "http://ns.google.com/photos/1.0/container/",
          "http://ns.google.com/photos/dd/1.0/device/",
          "http://ns.adobe.com/hdr-gain-map/1.0/");

  private final String text;
  private final List<Part> parts;

  private Xmp(String text, List<Part> parts) {
    this.text = text;
    this.parts = parts;
  }

  /** The packet in the given bytes; empty if it is not well-formed XML in UTF-8 with RDF in it. */
  public static Optional<Xmp> of(byte[] packet) {
    try {
      String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(packet)).toString();
      return of(text.startsWith("\uFEFF") ? text.substring(1) : text);
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  private static Optional<Xmp> of(String text) {
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) <= ' ') {
      end--; // some writers end a packet with zeros, which XML forbids
    }
    String trimmed = text.substring(0, end);
    return XmlParts.of(trimmed)
        .map(parts -> new Xmp(trimmed, parts))
        .filter(xmp -> xmp.rdf().isPresent());
  }

  /** The packet in UTF-8. */
  public byte[] bytes() {
    return text.getBytes(UTF_8);
  }

  private Optional<Part> rdf() {
    return parts.stream().filter(part -> part.is(RDF, "RDF")).findFirst();
  }

  /** A simple property, as written: entities are not replaced. */
  public Optional<String> property(String namespace, String name) {
    return parts.stream()
        .filter(part -> part.is(namespace, name))
        .findFirst()
        .map(part -> text.substring(part.valueStart(), part.valueEnd()).strip());
  }

  /** The orientation, 1 to 8; empty if there is no valid one. */
  Optional<Integer> orientation() {
    return property(TIFF, "Orientation")
        .filter(value -> value.matches("[1-8]"))
        .map(Integer::valueOf);
  }

  /** The packet for an upright image of the given size, without what was true of the old one. */
  Optional<Xmp> upright(int width, int height) {
    List<Edit> edits = new ArrayList<>();
    for (Part part : parts) {
      if (isOfTheOldFile(part)) {
        edits.add(new Edit(part.start(), part.end(), ""));
      } else if (part.is(TIFF, "Orientation")) {
        edits.add(value(part, 1));
      } else if (part.is(EXIF, "PixelXDimension") || part.is(TIFF, "ImageWidth")) {
        edits.add(value(part, width));
      } else if (part.is(EXIF, "PixelYDimension") || part.is(TIFF, "ImageLength")) {
        edits.add(value(part, height));
      }
    }
    return with(edits);
  }

  /** Also the location of a C2PA manifest, which would not be valid for another file. */
  private static boolean isOfTheOldFile(Part part) {
    return part.is(BASIC, "Thumbnails")
        || part.is(TERMS, "provenance")
        || OTHER_IMAGES.contains(part.name().namespace());
  }

  private static Edit value(Part part, int value) {
    boolean empty = part.valueStart() == part.end(); // an element without an end tag
    return new Edit(part.valueStart(), part.valueEnd(), empty ? "" : Integer.toString(value));
  }

  /** A replacement of the text between two positions. */
  private record Edit(int start, int end, String replacement) {}

  /** The packet after edits in the order of their starts; those within another one are dropped. */
  private Optional<Xmp> with(List<Edit> edits) {
    StringBuilder edited = new StringBuilder(text.length());
    int done = 0;
    for (Edit edit : edits) {
      if (edit.start() >= done) {
        edited.append(text, done, edit.start()).append(edit.replacement());
        done = edit.end();
      }
    }
    return of(edited.append(text, done, text.length()).toString());
  }

  /** The packet with the properties of another one added, such as the second part of a packet. */
  Optional<Xmp> and(Xmp other) {
    Part there = other.rdf().orElseThrow();
    Part here = rdf().orElseThrow();
    if (here.valueStart() == here.end()) {
      return Optional.empty(); // an element without an end tag
    }
    String added = other.text.substring(there.valueStart(), there.valueEnd());
    int at = here.valueEnd();
    return with(List.of(new Edit(at, at, added)));
  }

  /** The packet without a property. */
  public Xmp without(String namespace, String name) {
    List<Part> removed = parts.stream().filter(part -> part.is(namespace, name)).toList();
    return removed.isEmpty() ? this : without(removed).orElse(this);
  }

  Optional<Xmp> without(Collection<Part> removed) {
    return with(
        removed.stream()
            .sorted(Comparator.comparingInt(Part::start))
            .map(part -> new Edit(part.start(), part.end(), ""))
            .toList());
  }

  /**
   * The packet with a simple property, which replaces one of the same name.
   *
   * @param name with a prefix
   * @param value as written in XML
   * @return empty if the packet has no place for it, which is so if it has no properties at all
   */
  public Optional<Xmp> with(String namespace, String name, String value) {
    int colon = name.indexOf(':');
    Xmp others = without(namespace, name.substring(colon + 1));
    Part rdf = others.rdf().orElseThrow();
    if (rdf.valueStart() == rdf.end()) {
      return Optional.empty(); // an element without an end tag
    }
    String description =
        String.format(
            "<rdf:Description xmlns:rdf=\"%s\" rdf:about=\"%s\" xmlns:%s=\"%s\"><%s>%s</%s>"
                + "</rdf:Description>",
            RDF, others.about(), name.substring(0, colon), namespace, name, value, name);
    return others.with(List.of(new Edit(rdf.valueEnd(), rdf.valueEnd(), description)));
  }

  /** What the descriptions are about; all of a packet must name the same. */
  private String about() {
    return parts.stream()
        .filter(part -> part.is(RDF, "about"))
        .findFirst()
        .map(part -> text.substring(part.valueStart(), part.valueEnd()))
        .filter(value -> value.indexOf('"') < 0)
        .orElse("");
  }

  /** The elements that are properties of the image, not parts of a property. */
  List<Part> propertyElements() {
    int depth = rdf().orElseThrow().depth() + 2;
    return parts.stream()
        .filter(part -> part.kind() == Kind.ELEMENT && part.depth() == depth)
        .toList();
  }

  /** The attributes that are properties of the image. */
  List<Part> propertyAttributes() {
    int depth = rdf().orElseThrow().depth() + 1;
    return parts.stream()
        .filter(part -> part.kind() == Kind.ATTRIBUTE && part.depth() == depth)
        .filter(part -> !part.name().namespace().equals(RDF) && !part.name().namespace().isEmpty())
        .toList();
  }

  /** The size of a part in bytes. */
  int size(Part part) {
    return text.substring(part.start(), part.end()).getBytes(UTF_8).length;
  }

  /** The packet without the space for growth that follows the document. */
  Xmp withoutPadding() {
    int end = parts.get(0).end();
    String after = text.substring(end).strip();
    return new Xmp(text.substring(0, end) + "\n" + after, parts);
  }

  /** The document without the marks of a packet around it. */
  Xmp bare() {
    Part root = parts.get(0);
    return of(text.substring(root.start(), root.end())).orElseThrow();
  }
}
