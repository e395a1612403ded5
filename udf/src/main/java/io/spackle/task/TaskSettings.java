package io.spackle.task;

import io.spackle.family.ModelTraits;
import io.spackle.lane.LaneSettings;
import io.spackle.model.ModelSettings;
import io.spackle.pipeline.ImageSettings;
import io.spackle.pipeline.QualitySettings;
import io.spackle.pipeline.RowRecorder;
import io.spackle.row.MetaRow.RunInfo;
import io.spackle.row.RowDefaults;
import io.spackle.row.RowReader;
import io.spackle.sink.ImageKeys;
import io.spackle.sink.ImageLayout;
import io.spackle.source.FetchSettings;
import io.spackle.spark.HadoopConf;
import io.spackle.webhook.Webhooks.WebhookSettings;
import java.io.Serializable;
import java.time.Duration;
import org.apache.spark.sql.types.StructType;

/**
 * All settings of a job's tasks, as the driver sends them to executors.
 *
 * @param output where images are written, or null to return them with the rows
 * @param hadoop for sources, sinks and models on Hadoop file systems
 */
public record TaskSettings(
    ModelSettings model,
    LaneSettings lane,
    FetchSettings fetch,
    ImageSettings images,
    OutputSettings output,
    RowSettings rows,
    HadoopConf hadoop)
    implements Serializable {

  /**
   * The output of a job.
   *
   * @param images of the job
   * @param layout of the images in their folder
   * @param masks whether the masks are written, too, in the folder of images
   * @param previews for the report
   * @param markers URI of the folder of quarantine markers
   * @param webhooks of the rows
   * @param publish when meta rows are published
   */
  public record OutputSettings(
      Images images,
      ImageLayout layout,
      boolean masks,
      Previews previews,
      String markers,
      WebhookSettings webhooks,
      PublishSettings publish)
      implements Serializable {

    /**
     * The files of images.
     *
     * @param folder URI
     * @param keys of files per image
     */
    public record Images(String folder, ImageKeys keys) implements Serializable {}

    /**
     * Small images of a sample of the rows.
     *
     * @param folder URI
     * @param share of the rows with a preview, 0 to 1
     */
    public record Previews(String folder, double share) implements Serializable {}
  }

  /**
   * When a task publishes finished rows.
   *
   * @param interval the longest time that a finished row waits for others
   * @param rowsPerFile the most rows of a file
   */
  public record PublishSettings(Duration interval, int rowsPerFile) implements Serializable {}

  /**
   * The settings for reading rows and writing meta rows.
   *
   * @param traits of the model, as the driver read them
   * @param defaults of the rows
   * @param info the values that all meta rows share
   * @param quality whether and how results are measured for meta rows
   */
  public record RowSettings(
      ModelTraits traits, RowDefaults defaults, RunInfo info, QualitySettings quality)
      implements Serializable {}

  /** The reader of rows, with the model's limits, the job's defaults and its safety policy. */
  RowReader reader() {
    return new RowReader(rows.traits(), rows.defaults(), model.safety().policy());
  }

  /**
   * The recorder of outcomes.
   *
   * @param manifest schema of the rows
   */
  RowRecorder recorder(StructType manifest) {
    return new RowRecorder(reader(), rows.info(), manifest);
  }
}
