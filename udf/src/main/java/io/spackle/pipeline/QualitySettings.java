package io.spackle.pipeline;

import io.spackle.model.ScorerSettings;
import io.spackle.quality.QualityThresholds;
import java.io.Serializable;

/**
 * Whether and how results are measured.
 *
 * @param measures whether they are at all
 * @param thresholds which an image is to keep
 * @param retries how often an image that misses them is generated again; 0 or more
 * @param scorer null if there is none
 */
public record QualitySettings(
    boolean measures, QualityThresholds thresholds, int retries, ScorerSettings scorer)
    implements Serializable {

  /** Nothing is measured. */
  public static final QualitySettings NONE =
      new QualitySettings(false, QualityThresholds.NONE, 0, null);
}
