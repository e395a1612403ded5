package io.spackle.source;

import io.spackle.row.DataUri;

/** Decodes {@code data:} URIs, which need no allow list: nothing outside the row is read. */
final class DataSource implements ImageSource {

  static final String SCHEME = "data";

  private final long maxBytes;

  DataSource(FetchSettings settings) {
    this.maxBytes = settings.maxBytes();
  }

  @Override
  public byte[] fetch(String text) {
    var location = Location.of(text);
    byte[] file = decoded(location);
    if (file.length > maxBytes) {
      throw location.tooLarge(maxBytes);
    }
    return file;
  }

  @Override
  public void check(String text) {
    fetch(text);
  }

  private static byte[] decoded(Location location) {
    try {
      return DataUri.of(location.text()).bytes();
    } catch (IllegalArgumentException e) {
      throw location.invalid(e.getMessage());
    }
  }
}
