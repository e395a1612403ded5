package io.spackle.task;

import io.spackle.codec.DecodeLimits;
import io.spackle.codec.ImageCodec;
import io.spackle.codec.ImageCodec.ImageInfo;
import io.spackle.image.ImageException;
import io.spackle.row.ErrorCode;
import io.spackle.row.RowException;
import io.spackle.row.RowStage;
import io.spackle.source.FetchSettings;
import io.spackle.source.ImageSource;
import io.spackle.spark.HadoopConf;
import java.io.Serializable;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import org.apache.spark.TaskContext;

/**
 * Inspects input images under the rules of a job: with the same limits and allow lists. No model is
 * needed.
 *
 * @param fetch limits and allow lists
 * @param limits of an image
 * @param hadoop for Hadoop's file systems
 */
public record ImageInspector(FetchSettings fetch, DecodeLimits limits, HadoopConf hadoop)
    implements Serializable {

  /** The reason why an image cannot be used. */
  public record Fault(ErrorCode code, String message, RowStage stage) {}

  /** The bytes of an image, unchecked; empty if they cannot be fetched. */
  public Optional<byte[]> file(Object image) {
    return inspect(image, file -> file);
  }

  /**
   * Size and format; empty if it is not an image.
   *
   * @param image a location or the bytes themselves
   */
  public Optional<ImageInfo> info(Object image) {
    return inspect(image, file -> ImageCodec.info(file, limits));
  }

  /** The fraction of a mask that is masked, 0 to 1; empty if it is no image, or no clear mask. */
  public Optional<Double> coverage(Object mask) {
    return inspect(mask, file -> ImageCodec.decodeMask(file, limits).coverage());
  }

  /** The reason why a row with this image would fail; empty if there is none. */
  public Optional<Fault> fault(Object image) {
    byte[] file;
    try {
      file = fetched(image);
    } catch (RowException e) {
      return Optional.of(new Fault(e.code(), e.getMessage(), RowStage.FETCH));
    }
    try {
      ImageCodec.decode(file, limits);
      return Optional.empty();
    } catch (ImageException e) {
      ErrorCode code = ErrorCode.of(e.reason());
      return Optional.of(new Fault(code, e.getMessage(), RowStage.DECODE));
    }
  }

  private <T> Optional<T> inspect(Object image, Function<byte[], T> inspection) {
    try {
      return Optional.of(inspection.apply(fetched(image)));
    } catch (RowException | ImageException e) {
      return Optional.empty();
    }
  }

  private byte[] fetched(Object image) {
    if (image instanceof byte[] file) {
      return file;
    }
    if (image instanceof String location) {
      return fetched(location);
    }
    throw new RowException(
        ErrorCode.ROW_INVALID,
        "a value of type %s found, the location of an image or its bytes expected"
            .formatted(image.getClass().getSimpleName()));
  }

  private byte[] fetched(String location) {
    TaskContext task = TaskContext.get();
    ImageSource source =
        ExecutorContext.ofJvm().source(fetch, hadoop, () -> task != null && task.isInterrupted());
    try {
      return source.fetch(location);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while fetching an image");
    }
  }
}
