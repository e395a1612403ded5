package io.spackle.sink;

import io.spackle.row.ManifestRow;
import java.util.ArrayList;
import java.util.List;

/**
 * A file for each image.
 *
 * @param sink that they go to, which others may share
 */
public record ImageFileWriter(ImageSink sink) implements ImageWriter {

  @Override
  public List<String> write(ManifestRow row, List<byte[]> images, String extension) {
    List<String> locations = new ArrayList<>();
    for (byte[] image : images) {
      locations.add(sink.write(ImageKeys.of(row.id(), locations.size(), extension), image));
    }
    return locations;
  }

  @Override
  public void finish() {}

  @Override
  public void close() {}
}
