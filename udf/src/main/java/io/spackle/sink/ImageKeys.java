package io.spackle.sink;

import io.spackle.row.FilePrefix;
import io.spackle.row.Sha256;

/** Where a picture lies below the output folder. */
public final class ImageKeys {

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
}
