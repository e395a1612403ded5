package io.spackle.metadata;

import java.util.List;
import java.util.Optional;

/**
 * What an image file says besides its pixels. It is read from one file and written into another, so
 * that an output keeps the profile, the resolution and the descriptions of its input. Arrays are
 * not copied and must not be changed.
 *
 * @param resolution at which the image is shown or printed
 * @param manifest the C2PA manifest store, JUMBF. It is bound to the bytes of the file it was read
 *     from, so it is never written into another one.
 */
public record ImageMetadata(
    Colours colours,
    Descriptions descriptions,
    Optional<Resolution> resolution,
    Optional<byte[]> manifest) {

  /** No metadata at all. */
  public static final ImageMetadata NONE =
      new ImageMetadata(Colours.NONE, Descriptions.NONE, Optional.empty(), Optional.empty());

  /**
   * How pixel values mean colours.
   *
   * @param icc an ICC profile, not validated
   * @param pngChunks the chunks gAMA, cHRM, sRGB, cICP, mDCV and cLLI of a PNG file
   */
  public record Colours(Optional<byte[]> icc, List<PngChunk> pngChunks) {

    static final Colours NONE = new Colours(Optional.empty(), List.of());

    public Colours {
      pngChunks = List.copyOf(pngChunks);
    }
  }

  /**
   * A chunk of a PNG file.
   *
   * @param type four letters
   */
  public record PngChunk(String type, byte[] data) {}

  /**
   * Texts and numbers about an image.
   *
   * @param exif a block with the layout of a TIFF file, without the prefix {@code Exif\0\0}
   * @param xmp a packet of RDF
   * @param iptc IPTC-IIM records
   * @param pngTexts the chunks tEXt, zTXt and iTXt of a PNG file that have none of the others
   * @param jpegComment the comment of a JPEG file
   */
  public record Descriptions(
      Optional<byte[]> exif,
      Optional<byte[]> xmp,
      Optional<byte[]> iptc,
      List<PngChunk> pngTexts,
      Optional<byte[]> jpegComment) {

    static final Descriptions NONE =
        new Descriptions(
            Optional.empty(), Optional.empty(), Optional.empty(), List.of(), Optional.empty());

    public Descriptions {
      pngTexts = List.copyOf(pngTexts);
    }

    private Descriptions with(Optional<byte[]> otherExif, Optional<byte[]> otherXmp) {
      return new Descriptions(otherExif, otherXmp, iptc, pngTexts, jpegComment);
    }
  }

  /**
   * Reads the metadata of a JPEG, PNG, WebP, TIFF, GIF or BMP file. What is damaged or too large is
   * left out: no file makes this fail.
   *
   * @return {@link #NONE} for other files
   */
  public static ImageMetadata read(byte[] file) {
    FoundMetadata found = new FoundMetadata();
    Container.of(file).ifPresent(container -> container.read(file, found));
    return found.metadata();
  }

  public Optional<byte[]> icc() {
    return colours.icc();
  }

  public Optional<byte[]> exif() {
    return descriptions.exif();
  }

  public Optional<byte[]> xmp() {
    return descriptions.xmp();
  }

  /** The orientation as in EXIF, 1 to 8; 1 is upright. EXIF takes precedence over XMP. */
  public int orientation() {
    return exif()
        .flatMap(Exif::orientation)
        .or(() -> xmp().flatMap(Xmp::of).flatMap(Xmp::orientation))
        .orElse(1);
  }

  /**
   * The metadata of the image turned upright: its size and orientation are corrected, and
   * thumbnails of the old image are removed. A damaged XMP packet is dropped.
   *
   * @param width of the upright image in pixels
   * @param height of the upright image in pixels
   */
  public ImageMetadata upright(int width, int height) {
    return with(
        descriptions.with(
            exif().map(block -> Exif.upright(block, width, height)),
            xmp()
                .flatMap(Xmp::of)
                .flatMap(packet -> packet.upright(width, height))
                .map(Xmp::bytes)));
  }

  /** Without descriptions, which may name people, places and devices. */
  public ImageMetadata stripped() {
    return with(Descriptions.NONE);
  }

  /** Without colours: for pixels that were converted to sRGB. */
  public ImageMetadata withoutColours() {
    return new ImageMetadata(Colours.NONE, descriptions, resolution, manifest);
  }

  /** With another XMP packet. */
  public ImageMetadata withXmp(byte[] packet) {
    return with(descriptions.with(exif(), Optional.of(packet)));
  }

  private ImageMetadata with(Descriptions other) {
    return new ImageMetadata(colours, other, resolution, manifest);
  }

  /**
   * Writes the metadata into an encoded PNG, JPEG or WebP file, as far as the format can carry it.
   * It replaces the metadata of the file, except that a JPEG file keeps a resolution of its own if
   * there is no other. Equal arguments give equal bytes.
   *
   * @return a new file
   * @throws io.spackle.image.ImageException {@code CORRUPT} if the structure of the file is
   *     damaged, {@code UNSUPPORTED_FORMAT} for other formats
   */
  public byte[] writeInto(byte[] encoded) {
    return Container.ofEncoded(encoded).write(encoded, this);
  }
}
