package io.spackle.task;

import io.spackle.codec.DecodeLimits;
import io.spackle.codec.ImageCodec;
import io.spackle.codec.ImageCodec.ImageInfo;
import io.spackle.image.ImageException;
import io.spackle.pipeline.RowPipeline;
import io.spackle.row.ErrorCode;
import io.spackle.row.RowException;
import io.spackle.row.RowStage;
import io.spackle.source.FetchSettings;
import io.spackle.source.ImageSource;
import io.spackle.spark.HadoopConf;
import java.io.Serializable;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.apache.spark.TaskContext;

/**
 * A look at images by the rules that they are painted by: fetched through the same guards, within
 * the same limits. No model is needed.
 *
 * @param fetch bounds and allow lists
 * @param limits of one image
 * @param hadoop for Hadoop's file systems
 */
public record ImageInspector(FetchSettings fetch, DecodeLimits limits, HadoopConf hadoop)
    implements Serializable {

  /** Why an image cannot be used. */
  public record Fault(ErrorCode code, String message, RowStage stage) {}

  @FunctionalInterface
  private interface Look<T> {
    T at(byte[] file);
  }

  /** The bytes of an image, whatever they are; empty if they cannot be fetched. */
  public Optional<byte[]> file(Object picture) {
    return look(picture, file -> file);
  }

  /**
   * Size and format; empty if it is no image.
   *
   * @param image a location or the bytes themselves
   */
  public Optional<ImageInfo> info(Object picture) {
    return look(picture, file -> ImageCodec.info(file, limits));
  }

  /** The share of a mask that is repainted, 0 to 1; empty if it is no image. */
  public Optional<Double> coverage(Object mask) {
    return look(mask, file -> ImageCodec.decodeMask(file, limits).coverage());
  }

  /** Why a row with that image would fail; empty if it would not. */
  public Optional<Fault> fault(Object picture) {
    byte[] file;
    try {
      file = fetched(picture);
    } catch (RowException e) {
      return Optional.of(new Fault(e.code(), e.getMessage(), RowStage.FETCH));
    }
    try {
      ImageCodec.decode(file, limits);
      return Optional.empty();
    } catch (ImageException e) {
      ErrorCode code = RowPipeline.codeOf(e.reason());
      return Optional.of(new Fault(code, e.getMessage(), RowStage.DECODE));
    }
  }

  private <T> Optional<T> look(Object picture, Look<T> look) {
    try {
      return Optional.of(look.at(fetched(picture)));
    } catch (RowException | ImageException e) {
      return Optional.empty();
    }
  }

  private byte[] fetched(Object picture) {
    if (picture instanceof byte[] file) {
      return file;
    }
    if (picture instanceof String location) {
      return fetched(location);
    }
    throw new RowException(
        ErrorCode.ROW_INVALID,
        "a value of type %s found, the location of an image or its bytes expected"
            .formatted(picture.getClass().getSimpleName()));
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
