package io.spackle.source;

import io.spackle.row.DataUri;
import java.util.Optional;

/** Decodes {@code data:} URIs, which need no allow list: nothing outside the row is read. */
final class DataSource implements ImageSource {

  static final String SCHEME = "data";

  private final long maxBytes;

  DataSource(FetchSettings settings) {
    this.maxBytes = settings.maxBytes();
  }

  @Override
  public byte[] fetch(String text, Fetching fetching) {
    return decodedWithinLimit(text);
  }

  @Override
  public Optional<String> version(String text) {
    return Optional.empty();
  }

  @Override
  public void check(String text) {
    decodedWithinLimit(text);
  }

  private byte[] decodedWithinLimit(String text) {
    var location = Location.of(text);
    byte[] file = decoded(location);
    if (file.length > maxBytes) {
      throw location.tooLarge(maxBytes);
    }
    return file;
  }

  private static byte[] decoded(Location location) {
    try {
      return DataUri.of(location.text()).bytes();
    } catch (IllegalArgumentException e) {
      throw location.invalid(e.getMessage());
    }
  }
}
