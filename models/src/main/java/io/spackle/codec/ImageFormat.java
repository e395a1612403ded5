package io.spackle.codec;

import java.util.Locale;

/** The formats for encoding images. */
public enum ImageFormat {
  /** Lossless. */
  PNG("png"),
  /** Baseline, quality 95, chroma at full resolution. */
  JPEG("jpg"),
  /** Lossy, quality 95. */
  WEBP("webp");

  private final String extension;

  ImageFormat(String extension) {
    this.extension = extension;
  }

  /** The extension of file names, without a dot. */
  public String extension() {
    return extension;
  }

  /**
   * The format with a name, in any case.
   *
   * @param name {@code png}, {@code jpeg}, {@code jpg} or {@code webp}
   * @throws IllegalArgumentException for another name
   */
  public static ImageFormat of(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "png" -> PNG;
      case "jpeg", "jpg" -> JPEG;
      case "webp" -> WEBP;
      default ->
          throw new IllegalArgumentException(
              "image format '" + name + "', expected png, jpeg or webp");
    };
  }
}
