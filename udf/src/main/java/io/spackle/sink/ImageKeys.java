package io.spackle.sink;

import io.spackle.codec.ImageFormat;
import io.spackle.row.FilePrefix;
import io.spackle.row.Sha256;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where an image lies below the output folder. */
public final class ImageKeys {

  private static final Pattern IMAGE = Pattern.compile("(.+)-\\d{1,3}\\.([a-z]+)");

  /** What sinks write before the image gets its name. */
  private static final Pattern UNFINISHED = Pattern.compile("\\._?[0-9a-f-]{36}\\.tmp");

  private ImageKeys() {}

  /**
   * The key of one sample: {@code <2 hex>/<id>-<sample>.<extension>}.
   *
   * <p>The folder spreads the files and is the start of the id's SHA-256; the id stands as {@link
   * FilePrefix} writes it.
   *
   * @param id of the row, any text
   * @param sample from 0
   * @param extension without its dot, such as png
   */
  public static String of(String id, int sample, String extension) {
    String folder = Sha256.hex(id).substring(0, 2);
    return folder + "/" + FilePrefix.of(id) + "-" + sample + "." + extension;
  }

  /**
   * Whether a file below the output folder can only be Spackle's: an image in the folder that its
   * own name leads to, or one that was never finished.
   *
   * @param path of two parts
   */
  public static boolean isOurs(String path) {
    int slash = path.indexOf('/');
    String folder = path.substring(0, slash);
    String name = path.substring(slash + 1);
    Matcher image = IMAGE.matcher(name);
    return UNFINISHED.matcher(name).matches()
        || image.matches()
            && isExtension(image.group(2))
            && FilePrefix.digest(image.group(1)).startsWith(folder);
  }

  private static boolean isExtension(String text) {
    return Arrays.stream(ImageFormat.values()).anyMatch(format -> format.extension().equals(text));
  }
}
