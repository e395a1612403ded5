package io.spackle.jobs.conf;

import io.spackle.conf.ConfFile;
import io.spackle.conf.ConfReader;
import io.spackle.conf.RefusedException;
import io.spackle.conf.TaskConf;
import io.spackle.jobs.driver.SparkSessions.HadoopOptions;
import io.spackle.jobs.manifest.Manifest;
import io.spackle.jobs.output.OutputFolder;
import io.spackle.jobs.table.TableFormat;
import io.spackle.jobs.table.TableSettings;
import io.spackle.row.ErrorCode;
import io.spackle.sink.ImageLayout;
import io.spackle.webhook.WebhookSecret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The configuration of a job, checked as far as possible without its model and manifest. {@code
 * conf/reference.conf} documents each key.
 *
 * @param tasks the configuration of executors
 * @param maxFailedShare share of the manifest's rows, 0 to 1; a run with more failed rows ends with
 *     exit code 3
 */
public record JobConf(
    Manifest.Settings manifest,
    OutputConf output,
    TaskConf tasks,
    WebhookConf webhook,
    double maxFailedShare,
    PlanConf plan,
    HadoopOptions hadoop) {

  /**
   * The output folder, and what is kept in step with it.
   *
   * @param images one file per image, or files of many images
   * @param masks whether the masks are written beside the images
   * @param leaseTimeout time after a driver's last heartbeat at which another run may take over
   * @param table to keep equal to the meta rows, or null
   */
  public record OutputConf(
      String path,
      OutputFolder.Mode mode,
      ImageLayout images,
      boolean masks,
      RowsConf rows,
      Duration leaseTimeout,
      TableSettings table,
      ReportConf report) {}

  /**
   * How rows are processed.
   *
   * @param retryCodes error codes of failed rows that are processed again
   * @param perFile maximum rows of one task and one meta file, approximately
   */
  public record RowsConf(Set<ErrorCode> retryCodes, int perFile) {}

  /**
   * The HTML report at the end of a run.
   *
   * @param maxImages maximum number of images in it
   */
  public record ReportConf(boolean enabled, int maxImages) {

    /** The share of rows that keep a preview, 0 to 1. */
    public double previewShare(long rows) {
      return enabled ? Math.min(1, (double) maxImages / Math.max(1, rows)) : 0;
    }
  }

  /**
   * How webhooks are called.
   *
   * @param secret to sign with, or null
   * @param timeout of one attempt
   */
  public record WebhookConf(WebhookSecret secret, Duration timeout, int retries) {}

  /**
   * What a forecast assumes.
   *
   * @param devices number of devices, or null for those of the Spark application
   * @param price of one device for one hour, in any currency, or null
   */
  public record PlanConf(Integer devices, Double price) {}

  /**
   * Reads and checks a configuration.
   *
   * @param overrides values by key (with or without the root), as set with -D
   * @throws RefusedException with all problems
   */
  public static JobConf load(Path file, Map<String, String> overrides) {
    return ConfFile.load(Optional.of(file), overrides, JobConf::of);
  }

  /** Reads every key; the result is valid only if the reader then has no problems. */
  static JobConf of(ConfReader reader) {
    return new JobConf(
        manifest(reader),
        output(reader),
        TaskConf.of(reader),
        webhook(reader),
        reader.number("failures.max-share", 0, 1),
        plan(reader),
        new HadoopOptions(reader.options("hadoop.options")));
  }

  private static Manifest.Settings manifest(ConfReader reader) {
    return new Manifest.Settings(
        reader.location("manifest.path"),
        reader.text("manifest.format"),
        reader.orNull("manifest.base", reader::location),
        reader.options("manifest.options"));
  }

  private static OutputConf output(ConfReader reader) {
    return new OutputConf(
        reader.location("output.path"),
        reader.choice("output.mode", OutputFolder.Mode.class),
        reader.choice("output.images", ImageLayout.class),
        masks(reader),
        new RowsConf(
            reader.constants("output.retry-codes", ErrorCode.class),
            reader.integer("output.rows-per-file", 1, Integer.MAX_VALUE)),
        reader.duration("output.claim-timeout", Duration.ofSeconds(1)),
        reader.orNull("output.table", key -> table(reader, key)),
        report(reader));
  }

  private static boolean masks(ConfReader reader) {
    String key = "output.masks";
    boolean masks = reader.flag(key);
    if (masks && reader.choice("output.images", ImageLayout.class) != ImageLayout.FILES) {
      reader.problem(key, "is true, but output.images is not files: masks are files of their own");
    }
    return masks;
  }

  private static TableSettings table(ConfReader reader, String key) {
    return new TableSettings(
        reader.table(key),
        reader.choice("output.table-format", TableFormat.class),
        reader.duration("output.table-interval", Duration.ofSeconds(1)));
  }

  private static ReportConf report(ConfReader reader) {
    return new ReportConf(
        reader.flag("report.enabled"), reader.integer("report.max-pictures", 0, 5000));
  }

  private static WebhookConf webhook(ConfReader reader) {
    return new WebhookConf(
        reader.orNull("webhook.secret", key -> reader.secret(key, WebhookSecret::new)),
        reader.duration("webhook.timeout", Duration.ofMillis(1)),
        reader.integer("webhook.retries", 0, 20));
  }

  private static PlanConf plan(ConfReader reader) {
    return new PlanConf(
        reader.orNull("plan.devices", key -> reader.integer(key, 1, Integer.MAX_VALUE)),
        reader.orNull(
            "plan.price-per-device-hour", key -> reader.number(key, 0, Integer.MAX_VALUE)));
  }
}
