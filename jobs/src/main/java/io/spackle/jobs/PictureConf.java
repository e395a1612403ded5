package io.spackle.jobs;

import io.spackle.image.DecodeLimits;
import io.spackle.image.FramingOptions;
import io.spackle.jobs.JobConf.DefaultsConf;
import io.spackle.jobs.JobConf.ModelConf;
import io.spackle.jobs.JobConf.SafetyConf;

/** The part of a configuration that shapes a single picture. */
record PictureConf(
    ModelConf model,
    SafetyConf safety,
    DefaultsConf defaults,
    FramingOptions image,
    DecodeLimits limits) {

  /** Reads its keys; it counts only if the reader has no problems afterwards. */
  static PictureConf of(ConfReader reader) {
    return new PictureConf(
        JobConf.model(reader),
        JobConf.safety(reader),
        JobConf.defaults(reader),
        JobConf.image(reader),
        JobConf.limits(reader));
  }
}
