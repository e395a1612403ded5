package io.spackle.model;

import io.spackle.graph.Device;
import io.spackle.model.ModelSettings.Folder;
import io.spackle.quality.Scorer;
import io.spackle.quality.ScorerModel;
import io.spackle.spark.HadoopConf;
import java.io.Serializable;

/**
 * The scorer of a job, as executors open it.
 *
 * @param label of a classifier, whose probability is the score; null for any other scorer
 * @param cache folder of local copies, or null for the default of {@link ModelCache}
 */
public record ScorerSettings(Folder folder, String label, String cache) implements Serializable {

  /**
   * Loads the scorer for one core: it runs on the threads of rows, of which several run at a time.
   *
   * @throws io.spackle.graph.InvalidModelException with all problems of its folder
   */
  public Scorer open(HadoopConf hadoop) {
    return ScorerModel.open(ModelCache.in(cache).local(folder, hadoop.configuration()), label)
        .load(Device.cpu(1));
  }
}
