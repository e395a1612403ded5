package io.spackle.metadata;

/**
 * A file with a C2PA manifest store in it.
 *
 * @param file a PNG, JPEG or WebP file
 * @param start the position of the store's chunk or segments
 * @param length of the store's chunk or segments, which depends on the length of the store only
 */
public record PlacedManifest(byte[] file, int start, int length) {

  /**
   * Inserts a store into a file that has none.
   *
   * @throws io.spackle.image.ImageException if the file is damaged or of another format
   */
  public static PlacedManifest of(byte[] file, byte[] store) {
    return Container.ofEncoded(file).place(file, store);
  }
}
