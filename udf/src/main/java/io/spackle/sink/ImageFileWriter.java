package io.spackle.sink;

import io.spackle.row.ManifestRow;
import java.util.ArrayList;
import java.util.List;

/**
 * A file for each picture.
 *
 * @param sink that they go to, which others may share
 */
public record ImageFileWriter(ImageSink sink) implements ImageWriter {

  @Override
  public List<String> write(ManifestRow row, List<byte[]> pictures, String extension) {
    List<String> locations = new ArrayList<>();
    for (byte[] picture : pictures) {
      locations.add(sink.write(ImageKeys.of(row.id(), locations.size(), extension), picture));
    }
    return locations;
  }

  @Override
  public void finish() {}

  @Override
  public void close() {}
}
