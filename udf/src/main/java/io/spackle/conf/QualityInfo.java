package io.spackle.conf;

import io.spackle.conf.ModelInfo.NamedFolder;
import io.spackle.conf.TaskConf.ModelConf;
import io.spackle.family.ModelTraits;
import io.spackle.model.ModelSettings.FolderKind;
import io.spackle.model.ScorerSettings;
import io.spackle.pipeline.QualitySettings;
import io.spackle.quality.ScorerModel;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;

/** The measuring of results as the driver resolves it, without loading a graph. */
final class QualityInfo {

  private QualityInfo() {}

  /**
   * Reads the folder of the scorer, if there is one.
   *
   * @param model for the cache of folders
   * @throws RefusedException with all problems of the folder
   * @throws IOException if the folder cannot be reached
   */
  static QualitySettings read(QualityConf conf, ModelConf model, Configuration hadoop)
      throws IOException {
    ScorerSettings scorer = conf.scorer() == null ? null : scorer(conf, model, hadoop);
    return new QualitySettings(conf.measures(), conf.thresholds(), conf.retries(), scorer);
  }

  /** Adds a problem if images are to be generated again by a model that makes the same ones. */
  static void check(QualitySettings quality, ModelTraits model, Problems problems) {
    if (quality.retries() > 0 && !model.usesSeed()) {
      problems.add(
          "spackle.quality.retries is %d, but the model %s makes the same image from every seed: set 0"
              .formatted(quality.retries(), model.model()));
    }
  }

  private static ScorerSettings scorer(QualityConf conf, ModelConf model, Configuration hadoop)
      throws IOException {
    NamedFolder found = NamedFolder.find(conf.scorer(), FolderKind.SCORER, model, hadoop);
    ModelInfo.refusing(
        "spackle.quality.scorer " + conf.scorer(),
        () -> ScorerModel.open(found.local(), conf.label()));
    return new ScorerSettings(found.folder(), conf.label(), model.cache());
  }
}
