package io.spackle.lane;

import io.spackle.family.UnusableImageException;
import io.spackle.graph.GraphException;
import io.spackle.image.ImageException;
import io.spackle.lane.Watchdog.StalledException;
import io.spackle.row.ErrorCode;
import io.spackle.row.RowException;

/** A failed call into the model, classified. */
record ModelFault(RuntimeException cause) {

  boolean isOutOfMemory() {
    return cause instanceof GraphException graph
        && graph.kind() == GraphException.Kind.OUT_OF_MEMORY;
  }

  boolean isStall() {
    return cause instanceof StalledException;
  }

  /** Whether the image is at fault: the model and the device work. */
  boolean isOfImage() {
    return cause instanceof ImageException;
  }

  /** Whether the engine reports this kind of failure; its message is then for the row's owner. */
  boolean isReported() {
    return cause instanceof GraphException
        || cause instanceof UnusableImageException
        || isOfImage()
        || isStall();
  }

  String message() {
    return isReported() ? cause.getMessage() : cause.toString();
  }

  /** The failure of an image that fails alone. */
  RowException toRowException() {
    return new RowException(code(), message(), cause);
  }

  private boolean isNotFinite() {
    return cause instanceof GraphException graph && graph.kind() == GraphException.Kind.NOT_FINITE;
  }

  private ErrorCode code() {
    if (isOutOfMemory()) {
      return ErrorCode.MODEL_MEMORY;
    }
    if (isStall()) {
      return ErrorCode.MODEL_TIMEOUT;
    }
    if (cause instanceof ImageException image) {
      return ErrorCode.of(image.reason());
    }
    return cause instanceof UnusableImageException || isNotFinite()
        ? ErrorCode.MODEL_OUTPUT
        : ErrorCode.MODEL_FAILED;
  }
}
