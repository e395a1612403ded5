package io.spackle.row;

import io.spackle.family.Note;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The result of a manifest row, which becomes its meta row. */
public sealed interface Outcome {

  /** Time spent in each stage that the row reached. */
  Map<RowStage, Duration> timings();

  /** The versions of the row's files as they were fetched. */
  InputVersions versions();

  /** The same result with further notes; a row without a valid result has none. */
  default Outcome with(Set<Note> more) {
    return this;
  }

  /**
   * A row all of whose samples are written.
   *
   * @param row the row as it was run
   * @param notes what the owner of the row should know
   * @param share the row's part of the calls into the model
   */
  record Succeeded(
      ManifestRow row,
      Images images,
      InputDigests digests,
      InputVersions versions,
      Set<Note> notes,
      ModelShare share,
      Map<RowStage, Duration> timings)
      implements Outcome {

    @Override
    public Outcome with(Set<Note> more) {
      Set<Note> all = new TreeSet<>(notes);
      all.addAll(more);
      return new Succeeded(row, images, digests, versions, all, share, timings);
    }
  }

  /**
   * The generated images of a row.
   *
   * @param locations one per sample
   * @param width in pixels
   * @param height in pixels
   * @param flagged per sample, whether a safety checker blackened it; empty if none was run
   * @param made how each came about
   * @param mask that decided what was generated
   */
  record Images(
      List<String> locations,
      int width,
      int height,
      List<Boolean> flagged,
      List<MadeImage> made,
      UsedMask mask) {}

  /**
   * The mask of a row as it was used.
   *
   * @param share of the output's pixels that are masked, 0 to 1
   * @param location where it was written, or null if it was not
   * @param isSkipped whether a model found nothing to mask, and the row was to have no image then
   */
  record UsedMask(double share, String location, boolean isSkipped) {}

  /**
   * SHA-256 of the input files, in hex.
   *
   * @param init of the init image
   * @param mask of the mask image, or null if the mask is not a file of the row
   * @param reference of the reference image, or null if none was used
   * @param exclude of the mask of what must not be copied, or null if none was used
   */
  record InputDigests(String init, String mask, String reference, String exclude) {}

  /**
   * A row without a valid result.
   *
   * @param id of the row, given or derived
   * @param trackId copied to the meta row, or null
   * @param code why it failed
   * @param message what was found and what was expected
   * @param stage where it failed
   * @param versions of the files that were fetched before, or were not found
   */
  record Failed(
      String id,
      String trackId,
      ErrorCode code,
      String message,
      RowStage stage,
      InputVersions versions,
      Map<RowStage, Duration> timings)
      implements Outcome {

    /** A row without any file. */
    public Failed(
        String id,
        String trackId,
        ErrorCode code,
        String message,
        RowStage stage,
        Map<RowStage, Duration> timings) {
      this(id, trackId, code, message, stage, InputVersions.NONE, timings);
    }
  }
}
