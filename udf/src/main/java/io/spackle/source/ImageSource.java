package io.spackle.source;

import java.util.Optional;

/** Reads image files by location, within limits and allow lists. Thread-safe. */
public interface ImageSource extends AutoCloseable {

  /**
   * Reads all bytes of an image.
   *
   * @param location an http, https, file, data or Hadoop URI
   * @param fetching follows the fetch
   * @return the file, no longer than the limit
   * @throws io.spackle.row.RowException if it cannot be read, with the code of the cause
   * @throws InterruptedException if the reading thread is interrupted
   */
  byte[] fetch(String location, Fetching fetching) throws InterruptedException;

  /** Reads all bytes of an image; nobody follows the fetch. */
  default byte[] fetch(String location) throws InterruptedException {
    return fetch(location, Fetching.UNOBSERVED);
  }

  /**
   * The {@link FileVersion} that a file has now, without reading it.
   *
   * @return empty if it cannot be found out, or the location contains the file itself
   * @throws InterruptedException if the thread is interrupted
   */
  Optional<String> version(String location) throws InterruptedException;

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
