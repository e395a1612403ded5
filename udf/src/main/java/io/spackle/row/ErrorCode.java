package io.spackle.row;

/**
 * Why a row failed: stable names, to be counted and chosen by.
 *
 * <p>Every fault that belongs to one row has a code; faults of configuration, model or device fail
 * the job instead.
 */
public enum ErrorCode {
  /** The manifest line is no JSON object or no CSV record. */
  ROW_MALFORMED,
  /** A field is missing, of the wrong kind or outside its range. */
  ROW_INVALID,
  /** The id cannot name a file: control characters, too long, or a path. */
  ID_INVALID,
  /** Another row of the manifest has the same id. */
  ID_DUPLICATE,
  /** The location is empty, relative, malformed or of a scheme that is not read. */
  URL_INVALID,
  /** The location leads to an address, port, host or folder that is not allowed. */
  URL_FORBIDDEN,
  /** The host is unknown, refuses or breaks the connection. */
  FETCH_UNREACHABLE,
  /** The secure connection cannot be trusted. */
  FETCH_TLS,
  /** The fetch took longer than allowed. */
  FETCH_TIMEOUT,
  /** The answer says that there is no such thing (404, 410, no such file). */
  FETCH_NOT_FOUND,
  /** The answer denies access (401, 403, permissions). */
  FETCH_DENIED,
  /** Any other answer than success, after the retries. */
  FETCH_STATUS,
  /** More hops than allowed, or a loop. */
  FETCH_REDIRECTS,
  /** More bytes than allowed. */
  FETCH_TOO_LARGE,
  /** The host failed so often that it is left alone for a while. */
  FETCH_HOST_DOWN,
  /** The bytes are no picture, or of a format that is not read. */
  IMAGE_UNSUPPORTED,
  /** More pixels than allowed, or a shape that cannot be painted. */
  IMAGE_SIZE,
  /** The picture is cut off or damaged. */
  IMAGE_CORRUPT,
  /** The model computed numbers that are no picture. */
  MODEL_OUTPUT,
  /** The device has too little memory for even one such picture. */
  MODEL_MEMORY,
  /** The model failed on this picture, alone as in a batch. */
  MODEL_FAILED,
  /** The picture could not be written. */
  WRITE_FAILED,
  /** A fault of Spackle itself, met at this row; the executor's log has its stack. */
  INTERNAL
}
