package io.spackle.task;

import io.spackle.family.ModelTraits;
import io.spackle.lane.LaneSettings;
import io.spackle.model.ModelSettings;
import io.spackle.pipeline.ImageSettings;
import io.spackle.row.RowDefaults;
import io.spackle.row.RowReader;
import io.spackle.row.RunInfo;
import io.spackle.source.FetchSettings;
import io.spackle.spark.HadoopConf;
import java.io.Serializable;

/**
 * All that a task needs to know of its job: what the driver decided and sends along.
 *
 * @param traits of the model, as the driver read them
 * @param output where results go, or null where they stay with the rows
 * @param defaults of the rows
 * @param info what all meta rows have in common
 * @param hadoop for sources, sinks and models on Hadoop file systems
 */
public record TaskSettings(
    ModelSettings model,
    ModelTraits traits,
    LaneSettings lane,
    FetchSettings fetch,
    ImageSettings images,
    OutputSettings output,
    RowDefaults defaults,
    RunInfo info,
    HadoopConf hadoop)
    implements Serializable {

  /** Reads rows by the model's limits, the job's defaults and its safety checker policy. */
  RowReader reader() {
    return new RowReader(traits, defaults, model.safety().policy());
  }
}
