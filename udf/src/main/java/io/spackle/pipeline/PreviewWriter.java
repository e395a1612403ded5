package io.spackle.pipeline;

import io.spackle.codec.ImageCodec;
import io.spackle.codec.ImageFormat;
import io.spackle.codec.Triptych;
import io.spackle.image.Filter;
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
 * Writes previews of a sample of the rows for the report: init image, mask and result, and the
 * reference image if there is one, so that the report fetches nothing. Thread-safe.
 */
public final class PreviewWriter {

  private static final Logger LOG = LoggerFactory.getLogger(PreviewWriter.class);

  private static final int SIDE = 320;

  /** What follows the prefix of a row in the name of its preview. */
  private static final String PANELS = ".jpg";

  /** What follows the prefix of a row in the name of its reference image. */
  public static final String REFERENCE = ".reference.jpeg";

  private final ImageSink sink;
  private final double share;

  /**
   * @param share of the rows with a preview, 0 to 1; their ids alone determine which ones
   */
  public PreviewWriter(ImageSink sink, double share) {
    this.sink = sink;
    this.share = share;
  }

  /**
   * The preview of a row, as JPEG files.
   *
   * @param panels init image, mask and result
   * @param reference empty if the row has none
   */
  @SuppressWarnings("ArrayRecordComponent") // not compared
  record Preview(byte[] panels, Optional<byte[]> reference) {}

  /** The preview, if the row is in the sample. */
  Optional<Preview> of(String id, Frame frame, Optional<RgbImage> reference, RgbImage result) {
    return isChosen(id)
        ? Optional.of(
            new Preview(Triptych.jpeg(frame, result, SIDE), reference.map(PreviewWriter::small)))
        : Optional.empty();
  }

  private static byte[] small(RgbImage image) {
    double scale = Math.min(1, (double) SIDE / Math.max(image.width(), image.height()));
    int width = Math.max(1, (int) Math.round(image.width() * scale));
    int height = Math.max(1, (int) Math.round(image.height() * scale));
    return ImageCodec.encode(Filter.LANCZOS.resize(image, width, height), ImageFormat.JPEG);
  }

  /** Writes a row's preview. A failure is only logged, since the report can do without. */
  void write(String id, Preview preview) {
    String prefix = FilePrefix.of(id);
    try {
      preview.reference().ifPresent(file -> sink.write(prefix + REFERENCE, file));
      sink.write(prefix + PANELS, preview.panels());
    } catch (UncheckedIOException e) {
      LOG.warn("no preview of row {}: {}", id, e.getMessage());
    }
  }

  private boolean isChosen(String id) {
    long digits = Long.parseLong(Sha256.hex(id).substring(0, 8), 16);
    return digits < share * (1L << 32);
  }
}
