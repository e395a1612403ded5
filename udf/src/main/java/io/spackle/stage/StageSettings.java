package io.spackle.stage;

import io.spackle.family.Traits;
import io.spackle.graph.BundleOptions;
import io.spackle.image.DecodeLimits;
import io.spackle.image.FramingOptions;
import io.spackle.image.ImageFormat;
import io.spackle.row.RowDefaults;
import io.spackle.row.RowReader;
import io.spackle.row.RunInfo;
import io.spackle.row.SafetyRule;
import io.spackle.safety.SafetyOptions;
import io.spackle.sink.ImageLayout;
import io.spackle.source.FetchSettings;
import io.spackle.webhook.WebhookSettings;
import java.io.Serializable;
import java.time.Duration;

/**
 * All that a task needs to know of its job: what the driver decided and sends along.
 *
 * @param traits of the model, as the driver read them
 * @param output where results go, or null where they stay with the rows
 * @param defaults of the rows
 * @param info what all meta rows say alike
 * @param hadoop for sources, sinks and models on Hadoop's file systems
 */
public record StageSettings(
    Model model,
    Traits traits,
    Batching batching,
    FetchSettings fetch,
    Pictures pictures,
    Output output,
    RowDefaults defaults,
    RunInfo info,
    HadoopConf hadoop)
    implements Serializable {

  /** Reads rows by the model's limits, the job's defaults and its rule on safety checkers. */
  RowReader reader() {
    return new RowReader(traits, defaults, model.safety().rule());
  }

  /**
   * A folder that executors open.
   *
   * @param path a local folder or any Hadoop URI of one
   * @param digest of its files: names the local copy
   * @param holding what it is
   */
  public record Folder(String path, String digest, Holding holding) implements Serializable {}

  /**
   * The model.
   *
   * @param vae with the autoencoder that replaces the model's own, or null
   * @param safety the checker beside it
   * @param cache folder of local copies, or null for {@link ModelCache}'s own
   * @param device where both run
   * @param options that the job sets over its configuration
   */
  public record Model(
      Folder folder,
      Folder vae,
      Safety safety,
      String cache,
      DeviceChoice device,
      BundleOptions options)
      implements Serializable {}

  /**
   * The safety checker of a job.
   *
   * @param rule for rows that ask for it
   * @param folder that holds it, or null where no row can ask for it
   * @param options when it flags a picture
   */
  public record Safety(SafetyRule rule, Folder folder, SafetyOptions options)
      implements Serializable {}

  /**
   * How rows come to the model of an executor.
   *
   * @param maxImages pictures per batch, at least 1
   * @param maxWait how long a batch that is not full waits for more
   * @param fetches rows that fetch at the same time
   * @param queueBytes memory of all rows from decoding to writing
   * @param watchdog how long one call into the model may take
   */
  public record Batching(
      int maxImages, Duration maxWait, int fetches, long queueBytes, Duration watchdog)
      implements Serializable {}

  /** How pictures are read, framed and written. */
  public record Pictures(DecodeLimits limits, FramingOptions framing, ImageFormat format)
      implements Serializable {}

  /**
   * Where the results of rows go.
   *
   * @param images URI of the folder that pictures are written to
   * @param layout how they lie there
   * @param previews small pictures for the report
   * @param marks URI of the folder of {@link Marks}
   * @param webhooks how those are told who wait for rows
   */
  public record Output(
      String images, ImageLayout layout, Preview previews, String marks, WebhookSettings webhooks)
      implements Serializable {}

  /**
   * Small pictures of some rows.
   *
   * @param folder URI
   * @param share of the rows that get one, 0 to 1
   */
  public record Preview(String folder, double share) implements Serializable {}
}
