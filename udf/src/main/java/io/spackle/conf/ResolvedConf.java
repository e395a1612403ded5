package io.spackle.conf;

import io.spackle.codec.ImageFormat;
import io.spackle.model.ModelSettings;
import io.spackle.pipeline.ImageSettings;
import io.spackle.row.RowColumns;
import io.spackle.row.RowDefaults;
import io.spackle.row.RunInfo;
import io.spackle.source.ImageSources;
import io.spackle.spark.HadoopConf;
import io.spackle.task.OutputSettings;
import io.spackle.task.TaskSettings;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.types.StructType;

/**
 * A configuration together with the model that it names: all that decides what becomes of a row.
 *
 * @param format of the images
 * @param defaults of the rows
 * @param hadoop for all file systems
 */
public record ResolvedConf(
    TaskConf conf, ImageFormat format, ModelInfo model, RowDefaults defaults, HadoopConf hadoop) {

  /**
   * Reads the model, which is not opened, and checks what depends on it.
   *
   * @param problems gets all that is wrong; the result counts only if there is nothing
   * @return null if there is no such model
   */
  public static ResolvedConf of(
      TaskConf conf, ImageFormat format, Configuration hadoop, Problems problems) {
    checkFetching(conf, hadoop, problems);
    ModelInfo model =
        problems.attempt(
            "the model " + conf.model().path() + " cannot be read",
            () -> ModelInfo.read(conf.model(), conf.safety(), hadoop));
    if (model == null) {
      return null;
    }
    RowDefaults defaults = ResolvedDefaults.of(conf.defaults(), model.traits(), problems);
    SafetyInfo.check(model.safety().policy(), conf.defaults(), problems);
    return new ResolvedConf(conf, format, model, defaults, HadoopConf.of(hadoop));
  }

  /** The digest of everything that shapes images beside the rows, see {@link JobDigest}. */
  public String digest() {
    return JobDigest.of(this);
  }

  /**
   * What tasks must know.
   *
   * @param rows schema of those that are to be done
   * @param output where their results go, or null: they stay with the rows
   */
  public TaskSettings settings(StructType rows, OutputSettings output) {
    TaskConf.ModelConf asked = conf.model();
    return new TaskSettings(
        new ModelSettings(
            model.folder(),
            model.vae(),
            model.safety().settings(conf.safety(), canAskForChecker(rows)),
            asked.cache(),
            asked.device(),
            asked.options()),
        model.traits(),
        conf.lane(),
        conf.fetch(),
        new ImageSettings(conf.limits(), conf.image(), format),
        output,
        defaults,
        info(output == null ? null : output.images()),
        hadoop);
  }

  /** The checker is opened only where a row can ask for it: its weights take memory. */
  private boolean canAskForChecker(StructType rows) {
    return conf.defaults().safetyChecker() || RowColumns.has(rows, RowColumns.SAFETY_CHECKER);
  }

  private RunInfo info(String images) {
    return new RunInfo(
        model.traits().model(),
        model.digest(),
        conf.model().revision(),
        model.vaeName(),
        model.safety().name(),
        images);
  }

  /** Whether executors will be able to read with these settings. */
  private static void checkFetching(TaskConf conf, Configuration hadoop, Problems problems) {
    Callable<Void> open =
        () -> {
          ImageSources.open(conf.fetch(), hadoop).close();
          return null;
        };
    problems.attempt("spackle.fetch cannot be used", open);
  }
}
