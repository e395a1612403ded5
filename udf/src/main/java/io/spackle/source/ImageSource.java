package io.spackle.source;

/** Reads image files by location, within limits and allow lists. Thread-safe. */
public interface ImageSource extends AutoCloseable {

  /**
   * Reads all bytes of an image.
   *
   * @param location an http, https, file, data or Hadoop URI
   * @return the file, no longer than the limit
   * @throws io.spackle.row.RowException if it cannot be read, with the code of the cause
   * @throws InterruptedException if the reading thread is interrupted
   */
  byte[] fetch(String location) throws InterruptedException;

  /**
   * Checks a location without network access. A location refused here is refused by {@link #fetch}
   * too, with the same code; one that passes may still not exist.
   *
   * @throws io.spackle.row.RowException if it is refused, with the code of the cause
   */
  void check(String location);

  @Override
  default void close() {}
}
