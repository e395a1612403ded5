package io.spackle.metadata;

import io.spackle.binary.Bytes;
import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import java.util.Optional;

/** The file formats whose metadata is read, recognized by their first bytes. */
enum Container {
  PNG,
  JPEG,
  WEBP,
  TIFF,
  GIF,
  BMP;

  static Optional<Container> of(byte[] file) {
    if (Bytes.startsWith(file, 0, PngMetadata.SIGNATURE)) {
      return Optional.of(PNG);
    }
    if (Bytes.startsWith(file, 0, "\u00FF\u00D8\u00FF")) {
      return Optional.of(JPEG);
    }
    if (Bytes.startsWith(file, 0, "RIFF") && Bytes.startsWith(file, 8, "WEBP")) {
      return Optional.of(WEBP);
    }
    if (Bytes.startsWith(file, 0, "II*\0") || Bytes.startsWith(file, 0, "MM\0*")) {
      return Optional.of(TIFF);
    }
    if (Bytes.startsWith(file, 0, "GIF8")) {
      return Optional.of(GIF);
    }
    return Bytes.startsWith(file, 0, "BM") ? Optional.of(BMP) : Optional.empty();
  }

  /**
   * The format of an encoded file.
   *
   * @throws ImageException {@code UNSUPPORTED_FORMAT} if it is none
   */
  static Container ofEncoded(byte[] file) {
    return of(file).orElseThrow(Container::unwritable);
  }

  private static ImageException unwritable() {
    return new ImageException(
        Reason.UNSUPPORTED_FORMAT, "metadata is written into PNG, JPEG and WebP files only");
  }

  void read(byte[] file, FoundMetadata found) {
    switch (this) {
      case PNG -> PngMetadata.read(file, found);
      case JPEG -> JpegMetadata.read(file, found);
      case WEBP -> WebpMetadata.read(file, found);
      case TIFF -> OtherMetadata.readTiff(file, found);
      case GIF -> OtherMetadata.readGif(file, found);
      case BMP -> OtherMetadata.readBmp(file, found);
    }
  }

  byte[] write(byte[] file, ImageMetadata metadata) {
    return switch (this) {
      case PNG -> PngMetadata.write(file, metadata);
      case JPEG -> JpegMetadata.write(file, metadata);
      case WEBP -> WebpMetadata.write(file, metadata);
      case TIFF, GIF, BMP -> throw unwritable();
    };
  }

  PlacedManifest place(byte[] file, byte[] store) {
    return switch (this) {
      case PNG -> PngMetadata.place(file, store);
      case JPEG -> JpegManifest.place(file, store);
      case WEBP -> WebpMetadata.place(file, store);
      case TIFF, GIF, BMP -> throw unwritable();
    };
  }
}
