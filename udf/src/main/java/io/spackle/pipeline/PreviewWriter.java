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
 * Small images of a sample of the rows, for the report: init image, mask and result as the row had
 * them, so that nothing has to be fetched again. Thread-safe.
 */
public final class PreviewWriter {

  private static final Logger LOG = LoggerFactory.getLogger(PreviewWriter.class);

  private static final int SIDE = 320;

  private final ImageSink sink;
  private final double share;

  /**
   * @param share of the rows, 0 to 1; which ones depends on their ids alone
   */
  public PreviewWriter(ImageSink sink, double share) {
    this.sink = sink;
    this.share = share;
  }

  /** A JPEG file, if the row is one of the sample. */
  Optional<byte[]> of(String id, Frame frame, RgbImage result) {
    return isChosen(id) ? Optional.of(Triptych.jpeg(frame, result, SIDE)) : Optional.empty();
  }

  /** Writes a row's preview. The report can do without it, so it never fails the row. */
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
