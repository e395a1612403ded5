package io.spackle.conf;

import io.spackle.model.ModelSettings;
import io.spackle.pipeline.QualitySettings;
import io.spackle.row.MetaRow.RunInfo;
import io.spackle.row.RowColumns;
import io.spackle.row.RowDefaults;
import io.spackle.source.ImageSources;
import io.spackle.spark.HadoopConf;
import io.spackle.task.TaskSettings;
import io.spackle.task.TaskSettings.OutputSettings;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.types.StructType;

/**
 * A configuration resolved with its model: everything that determines the outcome of a row.
 *
 * @param defaults of the rows
 * @param masks beside the files of rows
 * @param quality what is measured of results
 * @param hadoop for all file systems
 */
public record ResolvedConf(
    TaskConf conf,
    ModelInfo model,
    RowDefaults defaults,
    MaskInfo masks,
    QualitySettings quality,
    HadoopConf hadoop) {

  /**
   * Reads the model's folder, without opening the model, and checks the settings that depend on it.
   *
   * @param problems receives all problems; the result is valid only if there are none
   * @return null if the model cannot be read
   */
  public static ResolvedConf of(TaskConf conf, Configuration hadoop, Problems problems) {
    checkFetching(conf, hadoop, problems);
    ModelInfo model =
        problems.attempt(
            "the model " + conf.model().path() + " cannot be read",
            () -> ModelInfo.read(conf.model(), conf.checks().safety(), hadoop));
    MaskInfo masks =
        problems.attempt("the masks cannot be read", () -> MaskInfo.read(conf, hadoop));
    QualitySettings quality =
        problems.attempt(
            "the scorer cannot be read",
            () -> QualityInfo.read(conf.checks().quality(), conf.model(), hadoop));
    if (model == null || masks == null || quality == null) {
      return null;
    }
    RowDefaults defaults =
        ResolvedDefaults.of(conf.defaults(), masks.defaults(), model.traits(), problems);
    SafetyInfo.check(model.safety().policy(), conf.defaults(), problems);
    QualityInfo.check(quality, model.traits(), problems);
    return new ResolvedConf(conf, model, defaults, masks, quality, HadoopConf.of(hadoop));
  }

  /** The digest of everything that shapes images beside the rows, see {@link JobDigest}. */
  public String digest() {
    return JobDigest.of(this);
  }

  /**
   * The settings of tasks.
   *
   * @param rows schema of the manifest rows
   * @param output where images are written, or null to return them with the rows
   */
  public TaskSettings settings(StructType rows, OutputSettings output) {
    TaskConf.ModelConf modelConf = conf.model();
    return new TaskSettings(
        new ModelSettings(
            model.origin(),
            model.safety().settings(conf.checks().safety(), canRequestChecker(rows)),
            modelConf.cache(),
            modelConf.device(),
            modelConf.options()),
        conf.lane(),
        conf.fetch(),
        conf.images().withMasks(masks.settings(RowColumns.has(rows, RowColumns.MASK_FROM))),
        output,
        new TaskSettings.RowSettings(
            model.traits(),
            defaults,
            info(output == null ? null : output.images().folder()),
            quality),
        hadoop);
  }

  /** The checker is opened only if a row can ask for it, since its weights take memory. */
  private boolean canRequestChecker(StructType rows) {
    return conf.defaults().safetyChecker() || RowColumns.has(rows, RowColumns.SAFETY_CHECKER);
  }

  private RunInfo info(String images) {
    return new RunInfo(
        model.traits().model(),
        model.digest(),
        conf.model().labels().revision(),
        model.vaeName(),
        model.safety().name(),
        images);
  }

  /** Adds a problem if executors cannot fetch with these settings. */
  private static void checkFetching(TaskConf conf, Configuration hadoop, Problems problems) {
    Callable<Void> open =
        () -> {
          ImageSources.open(conf.fetch(), hadoop).close();
          return null;
        };
    problems.attempt("spackle.fetch cannot be used", open);
  }
}
