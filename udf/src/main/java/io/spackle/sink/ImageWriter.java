package io.spackle.sink;

import io.spackle.row.ManifestRow;
import java.util.List;

/**
 * Where the images of one task go; thread-safe until it is closed.
 *
 * <p>Whoever reads the output goes by the locations in meta rows: those may count as soon as {@link
 * #finish} has returned. What is not finished when it is closed leaves nothing under a final name,
 * but for images that are files of their own.
 */
public interface ImageWriter extends AutoCloseable {

  /**
   * Takes all images of a row.
   *
   * @param images encoded, in the order of the samples
   * @param extension without its dot, such as png
   * @return their locations, as they stand in the meta row
   * @throws java.io.UncheckedIOException if they cannot be written; nothing more can be then
   */
  List<String> write(ManifestRow row, List<byte[]> images, String extension);

  /**
   * Makes whole what was written, all rows being done; a second time changes nothing.
   *
   * @throws java.io.UncheckedIOException if that fails
   */
  void finish();

  @Override
  void close();
}
