package io.spackle.jobs.manifest;

import io.spackle.jobs.manifest.Manifest.Skipped;
import io.spackle.row.ErrorCode;
import java.io.Serializable;

/**
 * What a listing found: an image, which is a row, or something that is none.
 *
 * @param path below its folder
 * @param mask location, or null
 * @param prompt its caption, or null
 * @param problem why the row cannot be processed, or null
 * @param skipped why it is no row, or null
 */
record Listed(
    String path,
    String location,
    String mask,
    String prompt,
    Problem problem,
    Skipped.Reason skipped)
    implements Serializable {

  /** Why an image cannot be processed. */
  record Problem(ErrorCode code, String message) implements Serializable {}

  /** Something that is no row. */
  static Listed skipped(String path, Skipped.Reason reason) {
    return new Listed(path, null, null, null, null, reason);
  }

  boolean isRow() {
    return skipped == null;
  }
}
