package io.spackle.conf;

import io.spackle.quality.QualityThresholds;

/**
 * The measuring of results.
 *
 * @param scorer the folder of a scorer, or null
 * @param label of the scorer, or null
 */
record QualityConf(
    boolean measures, String scorer, String label, QualityThresholds thresholds, int retries) {

  private static final String MEASURE = "quality.measure";
  private static final String SCORER = "quality.scorer";
  private static final String LABEL = "quality.scorer-label";
  private static final String MIN_SCORE = "quality.min-score";
  private static final String RETRIES = "quality.retries";

  private static final double MOST = 1e6;

  static QualityConf of(ConfReader reader) {
    QualityConf conf =
        new QualityConf(
            reader.flag(MEASURE),
            reader.orNull(SCORER, reader::location),
            reader.orNull(LABEL, reader::text),
            new QualityThresholds(
                limit(reader, "quality.max-seam", 0),
                limit(reader, "quality.min-sharpness", 0),
                limit(reader, "quality.max-exposure", 0),
                limit(reader, "quality.max-colour", 0),
                limit(reader, MIN_SCORE, -MOST)),
            reader.integer(RETRIES, 0, 100));
    conf.check(reader);
    return conf;
  }

  private static Double limit(ConfReader reader, String key, double least) {
    return reader.orNull(key, path -> reader.number(path, least, MOST));
  }

  private void check(ConfReader reader) {
    if (!measures && (thresholds.isSet() || scorer != null)) {
      reader.problem(MEASURE, "is false, but a threshold or a scorer is set: remove them");
    }
    if (scorer == null && label != null) {
      reader.problem(LABEL, "is set without quality.scorer: set the folder of a classifier");
    }
    if (scorer == null && thresholds.minScore() != null) {
      reader.problem(MIN_SCORE, "is set without quality.scorer: set the folder of a scorer");
    }
    if (retries > 0 && !thresholds.isSet()) {
      reader.problem(RETRIES, "is above 0 without a threshold, such as quality.max-seam: set one");
    }
  }
}
