package io.spackle.source;

import io.spackle.row.ErrorCode;
import java.util.HashSet;
import java.util.Map;
import java.util.TreeMap;

/** Several sources, chosen by the scheme of the location. */
final class RoutedSource implements ImageSource {

  private final Map<String, ImageSource> sources;

  RoutedSource(Map<String, ImageSource> sources) {
    this.sources = new TreeMap<>(sources);
  }

  @Override
  public byte[] fetch(String text) throws InterruptedException {
    var location = Location.of(text);
    byte[] bytes = source(location).fetch(text);
    if (bytes.length == 0) {
      throw location.fault(ErrorCode.IMAGE_UNSUPPORTED, "no bytes found, an image expected");
    }
    return bytes;
  }

  @Override
  public void check(String text) {
    source(Location.of(text)).check(text);
  }

  @Override
  public void close() {
    new HashSet<>(sources.values()).forEach(ImageSource::close);
  }

  private ImageSource source(Location location) {
    ImageSource source = sources.get(location.scheme());
    if (source == null) {
      throw location.invalid(
          "scheme " + location.scheme() + " found, one of " + sources.keySet() + " expected");
    }
    return source;
  }
}
