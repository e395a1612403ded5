package io.spackle.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import java.util.Locale;

/** The file formats that are decoded, recognized by their first bytes only. */
enum FileType {
  JPEG,
  PNG,
  WEBP,
  GIF,
  BMP,
  TIFF;

  /**
   * The format of a file.
   *
   * @throws ImageException {@code EMPTY}, {@code UNSUPPORTED_FORMAT} or {@code NOT_AN_IMAGE}; the
   *     message names what the bytes look like
   */
  static FileType of(byte[] bytes) {
    if (bytes.length == 0) {
      throw new ImageException(Reason.EMPTY, "no bytes, expected an image");
    }
    String head = new String(bytes, 0, Math.min(bytes.length, 512), ISO_8859_1);
    if (head.startsWith("\u00FF\u00D8\u00FF")) {
      return JPEG;
    }
    if (head.startsWith("\u0089PNG\r\n\u001A\n")) {
      return PNG;
    }
    if (head.startsWith("RIFF") && head.startsWith("WEBP", 8)) {
      return WEBP;
    }
    if (head.startsWith("GIF87a") || head.startsWith("GIF89a")) {
      return GIF;
    }
    if (head.startsWith("BM") && bytes.length > 18) {
      return BMP;
    }
    if (head.startsWith("II*\0") || head.startsWith("MM\0*")) {
      return TIFF;
    }
    throw unsupported(head);
  }

  /**
   * Checks the structure of a file of this format that its decoder does not check.
   *
   * @throws ImageException {@code TRUNCATED} or {@code CORRUPT}
   */
  void check(byte[] bytes) {
    switch (this) {
      case JPEG -> JpegCheck.check(bytes);
      case PNG -> PngCheck.check(bytes);
      case WEBP -> WebpCheck.check(bytes);
      case GIF, BMP, TIFF -> {
        // Their decoders report truncated and damaged files.
      }
    }
  }

  private static ImageException unsupported(String head) {
    String format = otherFormat(head);
    String found = format.isEmpty() ? otherContent(head) : format;
    return new ImageException(
        format.isEmpty() ? Reason.NOT_AN_IMAGE : Reason.UNSUPPORTED_FORMAT,
        "found " + found + ", expected JPEG, PNG, WebP, GIF, BMP or TIFF: convert it first");
  }

  /** The name of an image or document format that is not decoded, or "". */
  private static String otherFormat(String head) {
    String text = head.toLowerCase(Locale.ROOT);
    if (text.contains("<svg")) {
      return "an SVG drawing";
    }
    if (head.startsWith("%PDF")) {
      return "a PDF document";
    }
    if (head.startsWith("%!PS")) {
      return "a PostScript document";
    }
    if (head.startsWith("8BPS")) {
      return "a Photoshop document";
    }
    if (head.startsWith("ftyp", 4)) {
      return "an ISO media file (AVIF, HEIC or a video)";
    }
    if (head.startsWith("\u00FF\n") || head.startsWith("JXL ", 4)) {
      return "a JPEG XL image";
    }
    if (head.startsWith("jP  ", 4) || head.startsWith("\u00FFO\u00FFQ")) {
      return "a JPEG 2000 image";
    }
    if (head.startsWith("II+\0") || head.startsWith("MM\0+")) {
      return "a BigTIFF image";
    }
    if (head.startsWith("\0\0\1\0")) {
      return "a Windows icon";
    }
    return "";
  }

  private static String otherContent(String head) {
    String text = head.stripLeading().toLowerCase(Locale.ROOT);
    if (text.startsWith("<!doctype html") || text.startsWith("<html")) {
      return "a web page";
    }
    if (text.startsWith("<")) {
      return "XML";
    }
    if (text.startsWith("{") || text.startsWith("[")) {
      return "JSON";
    }
    if (head.startsWith("PK\3\4")) {
      return "a zip archive";
    }
    if (head.startsWith("\u001F\u008B")) {
      return "gzipped data";
    }
    return "unknown bytes (" + hex(head) + ")";
  }

  private static String hex(String head) {
    StringBuilder digits = new StringBuilder();
    for (int i = 0; i < Math.min(8, head.length()); i++) {
      digits.append(String.format("%s%02x", i == 0 ? "" : " ", (int) head.charAt(i)));
    }
    return digits.toString();
  }
}
