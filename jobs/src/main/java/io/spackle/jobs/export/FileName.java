package io.spackle.jobs.export;

import io.spackle.row.FilePrefix;
import java.util.Locale;
import java.util.Set;

/** The name of the file at a location: of a path, a URL or a URI. */
final class FileName {

  private static final Set<String> IMAGES =
      Set.of("jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff");

  private static final String UNNAMED = "image";
  private static final String NO_EXTENSION = "jpg";
  private static final String MADE = "png";

  private FileName() {}

  /** The name without its extension, encoded as in the names of output images. */
  static String base(String location) {
    if (location == null) {
      return null;
    }
    String name = name(location);
    String base = IMAGES.contains(ending(name)) ? name.substring(0, name.lastIndexOf('.')) : name;
    return FilePrefix.of(base.isEmpty() ? UNNAMED : base);
  }

  /**
   * The extension in lower case; {@code jpg} where there is none of an image, and that of Spackle's
   * masks where there is no location.
   */
  static String extension(String location) {
    if (location == null) {
      return MADE;
    }
    String ending = ending(name(location));
    return IMAGES.contains(ending) ? ending : NO_EXTENSION;
  }

  private static String name(String location) {
    String text = location.strip();
    if (text.regionMatches(true, 0, "data:", 0, 5)) {
      return "";
    }
    if (text.regionMatches(true, 0, "http", 0, 4)) {
      text = text.replaceFirst("[?#].*", "");
    }
    return text.substring(text.lastIndexOf('/') + 1);
  }

  private static String ending(String name) {
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }
}
