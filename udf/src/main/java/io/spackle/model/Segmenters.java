package io.spackle.model;

/** The segmenters that a task may use; each is opened at its first use. Thread-safe. */
@FunctionalInterface
public interface Segmenters {

  /**
   * The open segmenter. Waits while it opens.
   *
   * @throws io.spackle.lane.LaneBrokenException if it cannot be opened
   * @throws java.util.concurrent.CancellationException if the task is interrupted
   */
  OpenSegmenter get(SegmenterSettings settings);
}
