package io.spackle.row;

import io.spackle.family.Note;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How a manifest row ended: what its meta row tells. */
public sealed interface Outcome {

  /** Time spent in each stage that the row reached. */
  Map<RowStage, Duration> timings();

  /**
   * All samples are written.
   *
   * @param row the row as it was run
   * @param output locations of the images, one per sample
   * @param width of the images in pixels
   * @param height of the images in pixels
   * @param notes what the owner should know
   * @param flagged whether a safety checker blackened it, per sample; empty where none looked
   * @param initDigest SHA-256 of the init image's bytes, in hex
   * @param maskDigest SHA-256 of the mask's bytes, in hex
   * @param generation the engine's share of the time
   */
  record Succeeded(
      ManifestRow row,
      List<String> output,
      int width,
      int height,
      Set<Note> notes,
      List<Boolean> flagged,
      String initDigest,
      String maskDigest,
      Duration generation,
      Map<RowStage, Duration> timings)
      implements Outcome {}

  /**
   * Nothing is written that counts.
   *
   * @param id of the row, given or derived
   * @param trackId passed back, or null
   * @param code why
   * @param message what was found and what was expected
   * @param stage where
   */
  record Failed(
      String id,
      String trackId,
      ErrorCode code,
      String message,
      RowStage stage,
      Map<RowStage, Duration> timings)
      implements Outcome {}
}
