package io.spackle.codec;

/** The choice of a format for output images. */
public enum OutputFormat {
  /** Lossless; keeps alpha and 16 bits. */
  PNG,
  /** Lossy, chroma at full resolution; without alpha. */
  JPEG,
  /** Lossy; keeps alpha. */
  WEBP,
  /**
   * The format of the init image: JPEG with its own quantization tables, WebP lossless if the init
   * image is. GIF, BMP and TIFF become PNG.
   */
  SOURCE;

  /** The choice of one format. */
  public static OutputFormat of(ImageFormat format) {
    return valueOf(format.name());
  }

  /** The format of an output image. */
  ImageFormat resolve(FileType source) {
    return switch (this) {
      case PNG -> ImageFormat.PNG;
      case JPEG -> ImageFormat.JPEG;
      case WEBP -> ImageFormat.WEBP;
      case SOURCE ->
          switch (source) {
            case JPEG -> ImageFormat.JPEG;
            case WEBP -> ImageFormat.WEBP;
            case PNG, GIF, BMP, TIFF -> ImageFormat.PNG;
          };
    };
  }
}
