package io.spackle.row;

import io.spackle.image.ImageException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The reason why a row failed: stable names, for statistics and for selecting rows to reprocess.
 *
 * <p>Every failure of one row has a code; failures of the configuration, model or device fail the
 * job instead.
 */
public enum ErrorCode {
  ROW_MALFORMED(
      "The manifest line is not a JSON object or not a CSV record",
      "Fix the line that the message names",
      Retry.ON_REQUEST),
  ROW_INVALID(
      "A field is missing, has the wrong type or is out of range",
      "Fix what the message lists",
      Retry.ON_REQUEST),
  REFERENCE_MISSING(
      "The model needs a reference image, and the row has none",
      "Fill in the column reference_image",
      Retry.ON_REQUEST),
  REFERENCE_UNUSED(
      "The row has a reference image, and the model takes none",
      "Set reference.layout for a model that is guided by prompts, or leave reference_image empty",
      Retry.ON_REQUEST),
  ID_INVALID(
      "The id has control characters or malformed text, or more than 512 bytes",
      "Choose another id",
      Retry.ON_REQUEST),
  ID_DUPLICATE(
      "An earlier row of the manifest has the same id",
      "Give each row its own id, or none",
      Retry.ON_REQUEST),
  URL_INVALID(
      "The location is empty, relative or malformed, or its scheme is not supported",
      "Fix the location, or set manifest.base",
      Retry.ON_REQUEST),
  URL_FORBIDDEN(
      "The location leads to an address, port, host or folder that is not allowed",
      "If this is intended, allow it in fetch.allow-hosts, allow-files or allow-private",
      Retry.ON_REQUEST),
  FETCH_UNREACHABLE(
      "The host is unknown, or it refuses or drops the connection",
      "Check that the executors can reach the host or their proxy",
      Retry.AUTOMATIC),
  FETCH_TLS(
      "The TLS connection cannot be trusted",
      "Fix the host's certificate, or add its issuer to the executors' JVM",
      Retry.ON_REQUEST),
  FETCH_TIMEOUT(
      "The fetch took longer than allowed",
      "Raise fetch.timeout or lower fetch.per-host",
      Retry.AUTOMATIC),
  FETCH_NOT_FOUND(
      "There is nothing at the location (404, 410, no such file)",
      "Fix the location",
      Retry.ON_REQUEST),
  FETCH_DENIED(
      "Access is denied (401, 403, 407 of a proxy, file permissions)",
      "Renew signed URLs, set fetch.headers, or grant access to the executors",
      Retry.AUTOMATIC),
  FETCH_STATUS(
      "Any other unsuccessful status, after the retries",
      "Check the status in the message; 5xx and 429 are often temporary",
      Retry.AUTOMATIC),
  FETCH_REDIRECTS(
      "More redirects than allowed, or a redirect loop",
      "Use the location at the end of the redirects",
      Retry.ON_REQUEST),
  FETCH_TOO_LARGE(
      "More bytes than allowed", "Raise fetch.max-bytes, or store smaller files", Retry.ON_REQUEST),
  FETCH_HOST_DOWN(
      "The host failed so often that it is skipped for a while",
      "Wait until the host works again",
      Retry.AUTOMATIC),
  IMAGE_UNSUPPORTED(
      "The bytes are not an image, or the format is not supported",
      "Check what the location returns, it may be an error page; store PNG, JPEG or WebP",
      Retry.ON_REQUEST),
  IMAGE_SIZE(
      "More pixels than allowed, or a shape that cannot be inpainted",
      "Raise fetch.max-pixels, or scale the image",
      Retry.ON_REQUEST),
  IMAGE_CORRUPT("The image is truncated or damaged", "Store the image again", Retry.ON_REQUEST),
  NOTHING_TO_COPY(
      "Every pixel is masked, excluded or transparent, so that none can be copied into the hole",
      "Mask or exclude less of the image",
      Retry.ON_REQUEST),
  MASK_UNCLEAR(
      "The mask may mean several things, or has other proportions than the init image",
      "Save it as white on black, or set image.mask-rule, or image.mask-strict = false",
      Retry.ON_REQUEST),
  MASK_MISSING(
      "The folder has no mask for the image",
      "Add a mask of the image's name, or remove the image",
      Retry.ON_REQUEST),
  MASK_AMBIGUOUS(
      "Several masks belong to the image, or several images to the mask",
      "Rename or remove what the message names, so that one mask belongs to one image",
      Retry.ON_REQUEST),
  NOTHING_FOUND(
      "The model that makes the mask found nothing, and the row is to fail then",
      "Set empty = copy or skip below masks, lower its threshold, or choose another model",
      Retry.ON_REQUEST),
  MASK_TOO_LARGE(
      "The mask of a model covers more of the image than max-share allows",
      "Raise max-share below masks, or choose fewer classes",
      Retry.ON_REQUEST),
  MODEL_OUTPUT(
      "The model computed values that are not finite, or an image that is all black",
      "Choose another seed or scheduler, or a model of higher precision",
      Retry.ON_REQUEST),
  MODEL_MEMORY(
      "The device has too little memory for even one such image",
      "Use fewer pixels, or a device with more memory",
      Retry.AUTOMATIC),
  MODEL_FAILED(
      "The model failed on this image, in a batch and alone",
      "Read the executor's log",
      Retry.AUTOMATIC),
  MODEL_TIMEOUT(
      "The model hung on this image, twice",
      "Raise lane.watchdog if the device is only slow",
      Retry.AUTOMATIC),
  MODEL_CRASHED(
      "The process crashed while this image was alone in the model, after an earlier crash",
      "Read the executor's log and the kernel's; use fewer pixels or give the process more memory",
      Retry.AUTOMATIC),
  WRITE_FAILED(
      "The image could not be written",
      "Check permissions, quota and free space of the output",
      Retry.AUTOMATIC),
  INTERNAL(
      "A bug in Spackle, triggered by this row; the executor's log has the stack trace",
      "Report it with the stack trace",
      Retry.ON_REQUEST);

  /** When a run processes a failed row again although neither the row nor the job has changed. */
  public enum Retry {
    /** The cause may pass by itself, or outside the row: further runs process the row again. */
    AUTOMATIC,
    /** The cause lasts until someone removes it: the row stays failed until a user asks. */
    ON_REQUEST
  }

  private final String meaning;
  private final String advice;
  private final Retry retry;

  ErrorCode(String meaning, String advice, Retry retry) {
    this.meaning = meaning;
    this.advice = advice;
    this.retry = retry;
  }

  /** The code of an image that cannot be used. */
  public static ErrorCode of(ImageException.Reason reason) {
    return switch (reason) {
      case EMPTY, NOT_AN_IMAGE, UNSUPPORTED_FORMAT -> IMAGE_UNSUPPORTED;
      case TOO_LARGE, TOO_SMALL, BAD_ASPECT -> IMAGE_SIZE;
      case TRUNCATED, CORRUPT -> IMAGE_CORRUPT;
      case NOTHING_TO_COPY -> NOTHING_TO_COPY;
      case MASK_UNCLEAR -> MASK_UNCLEAR;
    };
  }

  /** The cause, as a phrase. */
  public String meaning() {
    return meaning;
  }

  /** The action that the owner of the row can take. */
  public String advice() {
    return advice;
  }

  public Retry retry() {
    return retry;
  }

  /** The codes of failures that may pass by themselves. */
  public static Set<ErrorCode> automatic() {
    return Arrays.stream(values())
        .filter(code -> code.retry == Retry.AUTOMATIC)
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(ErrorCode.class)));
  }
}
