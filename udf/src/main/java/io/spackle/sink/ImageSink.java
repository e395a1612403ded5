package io.spackle.sink;

/** Where images are written: bytes under a key, never partial under the final name; thread-safe. */
public interface ImageSink extends AutoCloseable {

  /**
   * Writes one image, over an older one of the same key.
   *
   * @param key path below the output folder, as {@link ImageKeys} makes it
   * @param bytes the whole encoded image
   * @return the location, as it stands in the meta row
   * @throws java.io.UncheckedIOException if it cannot be written; the key then holds what it held
   *     before
   */
  String write(String key, byte[] bytes);

  @Override
  void close();
}
