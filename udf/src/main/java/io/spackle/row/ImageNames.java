package io.spackle.row;

import java.util.Locale;
import java.util.Set;

/** The extensions of image files. What a file is, only its content decides. */
public final class ImageNames {

  /**
   * Formats that are read, and those of photos that are not: such rows fail instead of vanishing.
   */
  private static final Set<String> EXTENSIONS =
      Set.of(
          "png", "jpg", "jpeg", "jpe", "jfif", "webp", "gif", "bmp", "tif", "tiff", "avif", "heic",
          "heif", "jxl");

  private ImageNames() {}

  /** Whether a path ends in the extension of an image, in any case. */
  public static boolean isImage(String path) {
    int dot = path.lastIndexOf('.');
    return dot > path.lastIndexOf('/')
        && EXTENSIONS.contains(path.substring(dot + 1).toLowerCase(Locale.ROOT));
  }

  /** A path without the extension of an image. */
  public static String withoutExtension(String path) {
    String name = isImage(path) ? path.substring(0, path.lastIndexOf('.')) : path;
    return name.isEmpty() || name.endsWith("/") ? path : name;
  }
}
