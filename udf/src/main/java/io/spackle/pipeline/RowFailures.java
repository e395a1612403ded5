package io.spackle.pipeline;

import io.spackle.image.ImageException;
import io.spackle.lane.LaneBrokenException;
import io.spackle.row.ErrorCode;
import io.spackle.row.ManifestRow;
import io.spackle.row.Outcome;
import io.spackle.row.RowException;
import io.spackle.row.RowStage;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Separates the failures of a row, which become its outcome, from those of its task. */
public final class RowFailures {

  private static final Logger LOG = LoggerFactory.getLogger(RowFailures.class);

  private RowFailures() {}

  /**
   * The outcome of a failed row.
   *
   * @param timer in the stage of the failure
   * @throws RuntimeException the failure itself if it is not the row's: of the lane, of the output,
   *     or a cancellation
   */
  static Outcome outcome(ManifestRow row, RuntimeException failure, StageTimer timer) {
    if (failure instanceof RowException e) {
      return failed(row, e.code(), e.getMessage(), timer);
    }
    if (failure instanceof ImageException e) {
      return failed(row, codeOf(e.reason()), e.getMessage(), timer);
    }
    boolean isOfTask =
        failure instanceof LaneBrokenException || failure instanceof CancellationException;
    if (isOfTask || timer.stage() == RowStage.WRITE) {
      throw failure;
    }
    LOG.error("row {} failed unexpectedly in stage {}", row.id(), timer.stage(), failure);
    String message = "an internal error, see the executor's log: " + failure;
    return failed(row, ErrorCode.INTERNAL, message, timer);
  }

  /** Reads an image and names its column in the message of a failure. */
  static <T> T naming(String column, Supplier<T> reading) {
    try {
      return reading.get();
    } catch (ImageException e) {
      throw new ImageException(e.reason(), column + ": " + e.getMessage(), e);
    }
  }

  /** The code of an image that cannot be used. */
  public static ErrorCode codeOf(ImageException.Reason reason) {
    return switch (reason) {
      case EMPTY, NOT_AN_IMAGE, UNSUPPORTED_FORMAT -> ErrorCode.IMAGE_UNSUPPORTED;
      case TOO_LARGE, TOO_SMALL, BAD_ASPECT -> ErrorCode.IMAGE_SIZE;
      case MASK_UNCLEAR -> ErrorCode.MASK_UNCLEAR;
      case TRUNCATED, CORRUPT -> ErrorCode.IMAGE_CORRUPT;
    };
  }

  private static Outcome failed(ManifestRow row, ErrorCode code, String message, StageTimer timer) {
    return new Outcome.Failed(
        row.id(), row.trackId(), code, message, timer.stage(), timer.timings());
  }
}
