package io.spackle.sink;

import io.spackle.row.ManifestRow;
import java.util.ArrayList;
import java.util.List;

/**
 * The output of the images of one task. Thread-safe until it is closed.
 *
 * <p>Readers of the output use the locations in meta rows; these are valid once {@link #finish} has
 * returned. A writer that is closed without it leaves nothing under a final name, except for images
 * that are files of their own.
 */
@FunctionalInterface
public interface ImageWriter extends AutoCloseable {

  /**
   * An encoded image.
   *
   * @param seed that it was generated with
   */
  @SuppressWarnings("ArrayRecordComponent") // not compared
  record ImageFile(byte[] bytes, long seed) {}

  /**
   * Writes all images of a row.
   *
   * @param images in the order of the samples
   * @param extension without its dot, such as png
   * @return their locations for the meta row
   * @throws java.io.UncheckedIOException if they cannot be written; the writer is then unusable
   */
  List<String> write(ManifestRow row, List<ImageFile> images, String extension);

  /**
   * Completes the output after the last row; a second call has no effect.
   *
   * @throws java.io.UncheckedIOException if that fails
   */
  default void finish() {}

  /** Whether locations are valid only after {@link #finish}: all images go to one file. */
  default boolean isOneFile() {
    return false;
  }

  /** Deletes the file that {@link #finish} has completed, if it is this writer's alone. */
  default void discard() {}

  @Override
  default void close() {}

  /** Writes each image as a file of its own to a sink, which may be shared and stays open. */
  static ImageWriter toFiles(ImageSink sink, ImageKeys keys) {
    return (row, images, extension) -> {
      List<String> locations = new ArrayList<>();
      for (ImageFile image : images) {
        locations.add(sink.write(keys.of(row, locations.size(), extension), image.bytes()));
      }
      return locations;
    };
  }
}
