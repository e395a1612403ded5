package io.spackle.pipeline;

import io.spackle.image.ImageException;
import io.spackle.lane.LaneBrokenException;
import io.spackle.row.ErrorCode;
import io.spackle.row.InputVersions;
import io.spackle.row.ManifestRow;
import io.spackle.row.Outcome;
import io.spackle.row.RowException;
import io.spackle.row.RowStage;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Separates the failures of a row, which become its outcome, from those of its task. */
final class RowFailures {

  private static final Logger LOG = LoggerFactory.getLogger(RowFailures.class);

  private RowFailures() {}

  /**
   * The outcome of a failed row.
   *
   * @param timer in the stage of the failure
   * @param versions of the files that were fetched, by column
   * @throws RuntimeException the failure itself if it is not the row's: of the lane, of the output,
   *     or a cancellation
   */
  static Outcome outcome(
      ManifestRow row, RuntimeException failure, StageTimer timer, Map<String, String> versions) {
    if (failure instanceof RowException e) {
      return failed(row, e.code(), e.getMessage(), timer, versions);
    }
    if (failure instanceof ImageException e) {
      return failed(row, ErrorCode.of(e.reason()), e.getMessage(), timer, versions);
    }
    boolean isOfTask =
        failure instanceof LaneBrokenException || failure instanceof CancellationException;
    if (isOfTask || timer.stage() == RowStage.WRITE) {
      throw failure;
    }
    LOG.error("row {} failed unexpectedly in stage {}", row.id(), timer.stage(), failure);
    String message = "an internal error, see the executor's log: " + failure;
    return failed(row, ErrorCode.INTERNAL, message, timer, versions);
  }

  /** Reads an image and names its column in the message of a failure. */
  static <T> T naming(String column, Supplier<T> reading) {
    try {
      return reading.get();
    } catch (ImageException e) {
      throw new ImageException(e.reason(), column + ": " + e.getMessage(), e);
    }
  }

  private static Outcome failed(
      ManifestRow row,
      ErrorCode code,
      String message,
      StageTimer timer,
      Map<String, String> versions) {
    return new Outcome.Failed(
        row.id(),
        row.trackId(),
        code,
        message,
        timer.stage(),
        new InputVersions(versions),
        timer.timings());
  }
}
