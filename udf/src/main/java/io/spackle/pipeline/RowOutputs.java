package io.spackle.pipeline;

import io.spackle.codec.ImageCodec;
import io.spackle.codec.ImageFormat;
import io.spackle.image.Mask;
import io.spackle.sink.ImageKeys;
import io.spackle.sink.ImageSink;
import io.spackle.sink.ImageWriter;
import java.util.Optional;

/**
 * Where the results of a task's rows go.
 *
 * @param masks as they were used, one PNG file per row; empty to write none
 * @param quality measures the results before they are encoded
 */
public record RowOutputs(
    ImageWriter images, PreviewWriter previews, Optional<Masks> masks, QualityCheck quality) {

  /** Where masks go. */
  public record Masks(ImageSink sink, ImageKeys keys) {

    private String write(String id, byte[] png) {
      return sink.write(keys.ofMask(id), png);
    }
  }

  /** The mask as a PNG file, if masks are written. */
  Optional<byte[]> encoded(Mask mask) {
    return masks.map(any -> ImageCodec.encode(mask.toRgb(), ImageFormat.PNG));
  }

  /**
   * Writes the mask of a row.
   *
   * @param file of {@link #encoded}
   * @return its location, or null if none is written
   */
  String write(String id, Optional<byte[]> file) {
    return file.map(png -> masks.orElseThrow().write(id, png)).orElse(null);
  }
}
