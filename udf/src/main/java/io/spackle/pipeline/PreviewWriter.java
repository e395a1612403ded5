package io.spackle.pipeline;

import io.spackle.codec.Triptych;
import io.spackle.image.Frame;
import io.spackle.image.RgbImage;
import io.spackle.row.FilePrefix;
import io.spackle.row.Sha256;
import io.spackle.sink.ImageSink;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes previews of a sample of the rows for the report: init image, mask and result, so that the
 * report fetches nothing. Thread-safe.
 */
public final class PreviewWriter {

  private static final Logger LOG = LoggerFactory.getLogger(PreviewWriter.class);

  private static final int SIDE = 320;

  private final ImageSink sink;
  private final double share;

  /**
   * @param share of the rows with a preview, 0 to 1; their ids alone determine which ones
   */
  public PreviewWriter(ImageSink sink, double share) {
    this.sink = sink;
    this.share = share;
  }

  /** The preview as a JPEG file, if the row is in the sample. */
  Optional<byte[]> of(String id, Frame frame, RgbImage result) {
    return isChosen(id) ? Optional.of(Triptych.jpeg(frame, result, SIDE)) : Optional.empty();
  }

  /** Writes a row's preview. A failure is only logged, since the report can do without. */
  void write(String id, byte[] preview) {
    try {
      sink.write(FilePrefix.of(id) + ".jpg", preview);
    } catch (UncheckedIOException e) {
      LOG.warn("no preview of row {}: {}", id, e.getMessage());
    }
  }

  private boolean isChosen(String id) {
    long digits = Long.parseLong(Sha256.hex(id).substring(0, 8), 16);
    return digits < share * (1L << 32);
  }
}
