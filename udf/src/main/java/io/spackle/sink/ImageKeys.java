package io.spackle.sink;

import io.spackle.codec.ImageFormat;
import io.spackle.row.FilePrefix;
import io.spackle.row.ManifestRow;
import io.spackle.row.Sha256;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The paths of image files below the output folder: in folders of two hex digits each, which are
 * the start of the id's SHA-256 and so distribute the files.
 *
 * @param levels of such folders, 1 or 2: 256 or 65,536 of them. Outputs may have both.
 */
public record ImageKeys(int levels) implements Serializable {

  private static final long serialVersionUID = 1L;

  /** The digits of one folder. */
  private static final int DIGITS = 2;

  /**
   * With more images, 256 folders would have more than 40,000 files each: listing them takes long,
   * and HDFS allows a million.
   */
  private static final long MOST_IN_ONE_LEVEL = 10_000_000;

  private static final String MASK = "mask";
  private static final Pattern IMAGE = Pattern.compile("(.+)-(?:\\d{1,3}|mask)\\.([a-z]+)");

  private static final Pattern FOLDER = Pattern.compile("[0-9a-f]{2}(?:/[0-9a-f]{2})?");

  /** The temporary files of sinks. */
  private static final Pattern UNFINISHED = Pattern.compile("\\._?[0-9a-f-]{36}\\.tmp");

  /** The keys for an output of about so many images. */
  public static ImageKeys forImages(long expected) {
    return new ImageKeys(expected <= MOST_IN_ONE_LEVEL ? 1 : 2);
  }

  /**
   * The key of one sample: {@code <2 hex>/<id>-<sample>.<extension>}, or {@code <2 hex>/<2 hex>/…}.
   * The id is encoded as by {@link FilePrefix}.
   *
   * @param id of the row, any text
   * @param sample from 0
   * @param extension without its dot, such as png
   */
  public String of(String id, int sample, String extension) {
    return of(id, Integer.toString(sample), extension);
  }

  /** The key of a row's mask, such as {@code <2 hex>/<id>-mask.png}. */
  public String ofMask(String id) {
    return of(id, MASK, ImageFormat.PNG.extension());
  }

  private String of(String id, String name, String extension) {
    String digest = Sha256.hex(id);
    StringBuilder key = new StringBuilder();
    for (int level = 0; level < levels; level++) {
      key.append(digest, level * DIGITS, (level + 1) * DIGITS).append('/');
    }
    return key + FilePrefix.of(id) + "-" + name + "." + extension;
  }

  /**
   * The key of one sample of a row: as its output name says, or else {@link #of(String, int,
   * String)} of its id.
   */
  String of(ManifestRow row, int sample, String extension) {
    String name = row.names().output();
    return name == null
        ? of(row.id(), sample, extension)
        : NameTemplate.numbered(name, sample) + "." + extension;
  }

  /** A path without the extension of an image; empty if it has none of those that are written. */
  public static Optional<String> withoutExtension(String path) {
    int dot = path.lastIndexOf('.');
    return isExtension(path.substring(dot + 1))
        ? Optional.of(path.substring(0, dot))
        : Optional.empty();
  }

  /**
   * Whether a file below the output folder must be Spackle's: an image in the folders that belong
   * to its name, or a temporary file. Images with names of a {@link NameTemplate} are not told.
   */
  public static boolean isOurs(String path) {
    int slash = path.lastIndexOf('/');
    String folder = path.substring(0, Math.max(0, slash));
    String name = path.substring(slash + 1);
    Matcher image = IMAGE.matcher(name);
    return UNFINISHED.matcher(name).matches()
        || image.matches()
            && isExtension(image.group(2))
            && FOLDER.matcher(folder).matches()
            && FilePrefix.digest(image.group(1)).startsWith(folder.replace("/", ""));
  }

  private static boolean isExtension(String text) {
    return Arrays.stream(ImageFormat.values()).anyMatch(format -> format.extension().equals(text));
  }
}
