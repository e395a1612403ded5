package io.spackle.row;

/**
 * Why a row failed: stable names, to be counted and chosen by.
 *
 * <p>Every fault that belongs to one row has a code; faults of configuration, model or device fail
 * the job instead.
 */
public enum ErrorCode {
  ROW_MALFORMED(
      "The manifest line is no JSON object or no CSV record",
      "Mend the line that the message names",
      Retry.IN_VAIN),
  ROW_INVALID(
      "A field is missing, of the wrong kind or outside its range",
      "Mend what the message lists",
      Retry.IN_VAIN),
  ID_INVALID(
      "The id cannot name a file: control characters, too long, or a path",
      "Choose another id",
      Retry.IN_VAIN),
  ID_DUPLICATE(
      "Another row of the manifest has the same id",
      "Give each row an id of its own, or none",
      Retry.IN_VAIN),
  URL_INVALID(
      "The location is empty, relative, malformed or of a scheme that is not read",
      "Mend the location, or set manifest.base",
      Retry.IN_VAIN),
  URL_FORBIDDEN(
      "The location leads to an address, port, host or folder that is not allowed",
      "Allow it in fetch.allow-hosts, allow-files or allow-private, if it is meant",
      Retry.IN_VAIN),
  FETCH_UNREACHABLE(
      "The host is unknown, refuses or breaks the connection",
      "Look whether the host can be reached from the executors",
      Retry.MAY_HELP),
  FETCH_TLS(
      "The secure connection cannot be trusted",
      "Mend the host's certificate, or add its issuer to the executors' JVM",
      Retry.IN_VAIN),
  FETCH_TIMEOUT(
      "The fetch took longer than allowed",
      "Raise fetch.timeout or lower fetch.per-host",
      Retry.MAY_HELP),
  FETCH_NOT_FOUND(
      "The answer says that there is no such thing (404, 410, no such file)",
      "Mend the location",
      Retry.IN_VAIN),
  FETCH_DENIED(
      "The answer denies access (401, 403, permissions)",
      "Renew signed locations, or grant the executors access",
      Retry.MAY_HELP),
  FETCH_STATUS(
      "Any other answer than success, after the retries",
      "Look at the status in the message; 5xx and 429 often pass",
      Retry.MAY_HELP),
  FETCH_REDIRECTS(
      "More hops than allowed, or a loop",
      "Name the location at the end of the redirects",
      Retry.IN_VAIN),
  FETCH_TOO_LARGE(
      "More bytes than allowed", "Raise fetch.max-bytes, or store smaller files", Retry.IN_VAIN),
  FETCH_HOST_DOWN(
      "The host failed so often that it is left alone for a while",
      "Wait until the host works again",
      Retry.MAY_HELP),
  IMAGE_UNSUPPORTED(
      "The bytes are no image, or of a format that is not read",
      "Look what the location gives: it may be an error page; store PNG, JPEG or WebP",
      Retry.IN_VAIN),
  IMAGE_SIZE(
      "More pixels than allowed, or a shape that cannot be painted",
      "Raise fetch.max-pixels, or scale the image",
      Retry.IN_VAIN),
  IMAGE_CORRUPT(
      "The image is cut off or damaged",
      "Store the image anew; where the transfer broke, another fetch may do",
      Retry.MAY_HELP),
  MODEL_OUTPUT(
      "The model computed numbers that are no image",
      "Choose another seed or scheduler, or a model of higher precision",
      Retry.IN_VAIN),
  MODEL_MEMORY(
      "The device has too little memory for even one such image",
      "Ask for fewer pixels, or run on a larger device",
      Retry.MAY_HELP),
  MODEL_FAILED(
      "The model failed on this image, alone as in a batch",
      "Read the executor's log",
      Retry.MAY_HELP),
  MODEL_TIMEOUT(
      "The model came to a standstill on this image, twice",
      "Raise lane.watchdog if the device is only slow",
      Retry.MAY_HELP),
  MODEL_CRASHED(
      "The process died while this image was alone in the model, after it had died before",
      "Read the executor's log and the kernel's; ask for fewer pixels or give it more memory",
      Retry.MAY_HELP),
  WRITE_FAILED(
      "The image could not be written",
      "Look at permissions, quota and space of the output",
      Retry.MAY_HELP),
  INTERNAL(
      "A fault of Spackle itself, met at this row; the executor's log has its stack",
      "Report it with the stack",
      Retry.MAY_HELP);

  /** Whether the same row, done again, may succeed though nobody mended it. */
  public enum Retry {
    MAY_HELP,
    IN_VAIN
  }

  private final String meaning;
  private final String advice;
  private final Retry retry;

  ErrorCode(String meaning, String advice, Retry retry) {
    this.meaning = meaning;
    this.advice = advice;
    this.retry = retry;
  }

  /** What happened, as a phrase. */
  public String meaning() {
    return meaning;
  }

  /** What the owner of the row can do. */
  public String advice() {
    return advice;
  }

  public Retry retry() {
    return retry;
  }
}
