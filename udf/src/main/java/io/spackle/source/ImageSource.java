package io.spackle.source;

/** Where images are read from: a location in, bytes out, guarded; thread-safe. */
public interface ImageSource extends AutoCloseable {

  /**
   * Reads all bytes of an image.
   *
   * @param location an http, https, file or Hadoop URI
   * @return at most the allowed number of bytes
   * @throws io.spackle.row.RowException with the code that says why not
   * @throws InterruptedException if the reading thread is interrupted
   */
  byte[] fetch(String location) throws InterruptedException;

  /**
   * Checks what can be told of a location without asking anybody afar. What this refuses, {@link
   * #fetch} refuses too, with the same code; what passes may still not be there.
   *
   * @throws io.spackle.row.RowException with the code that says why not
   */
  void check(String location);

  @Override
  void close();
}
