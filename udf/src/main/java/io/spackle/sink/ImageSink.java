package io.spackle.sink;

/** A destination of image files, each written atomically under a key. Thread-safe. */
@FunctionalInterface
public interface ImageSink extends AutoCloseable {

  /**
   * Writes one image, replacing an older one of the same key.
   *
   * @param key path below the output folder, see {@link ImageKeys}
   * @param bytes the complete encoded image
   * @return the location for the meta row
   * @throws java.io.UncheckedIOException if it cannot be written; the key then holds what it held
   *     before
   */
  String write(String key, byte[] bytes);

  /** Releases nothing by default. */
  @Override
  default void close() {}
}
