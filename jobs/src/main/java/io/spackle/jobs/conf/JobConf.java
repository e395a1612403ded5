package io.spackle.jobs.conf;

import io.spackle.codec.ImageFormat;
import io.spackle.conf.ConfFile;
import io.spackle.conf.ConfReader;
import io.spackle.conf.RefusedException;
import io.spackle.conf.TaskConf;
import io.spackle.jobs.files.HadoopOptions;
import io.spackle.jobs.manifest.ManifestSettings;
import io.spackle.jobs.output.OutputMode;
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
 * The configuration of a job, checked: {@code conf/reference.conf} says what each key means.
 *
 * <p>Only what can be known without the model and the manifest is checked here.
 *
 * @param stage what executors go by
 * @param maxFailedShare of the rows of a run, above which it ends with exit code 3
 * @param hadoop options of Hadoop's file systems
 */
public record JobConf(
    ManifestSettings manifest,
    OutputConf output,
    TaskConf stage,
    ReportConf report,
    WebhookConf webhook,
    double maxFailedShare,
    HadoopOptions hadoop,
    PlanConf plan) {

  /**
   * Where results go.
   *
   * @param images how images lie in the output
   * @param rowsPerFile rows of one task and one meta file, at most; approximate
   * @param retryCodes of failed rows that are done again
   * @param claimTimeout how long a driver may be silent until another run may take over
   * @param table that gets the meta rows, too, or null
   */
  public record OutputConf(
      String path,
      ImageFormat imageFormat,
      ImageLayout images,
      OutputMode mode,
      Set<ErrorCode> retryCodes,
      int rowsPerFile,
      Duration claimTimeout,
      TableSettings table) {}

  /**
   * The page at the end of a run.
   *
   * @param maxImages that it shows, at most
   */
  public record ReportConf(boolean enabled, int maxImages) {

    /** Of the rows, those that keep a small image. */
    public double share(long rows) {
      return enabled ? Math.min(1, (double) maxImages / Math.max(1, rows)) : 0;
    }
  }

  /**
   * How webhooks are called.
   *
   * @param secret to sign with, or null
   * @param timeout of one try
   */
  public record WebhookConf(WebhookSecret secret, Duration timeout, int retries) {}

  /**
   * What a forecast goes by.
   *
   * @param devices that will paint, or null for those that Spark has
   * @param price of one for an hour, in any currency, or null
   */
  public record PlanConf(Integer devices, Double price) {}

  /**
   * Reads and checks a configuration.
   *
   * @param overrides key (with or without the root) to value, as given by -D
   * @throws RefusedException with all problems
   */
  public static JobConf load(Path file, Map<String, String> overrides) {
    return ConfFile.load(Optional.of(file), overrides, JobConf::of);
  }

  /** Reads every key; it counts only if the reader has no problems afterwards. */
  static JobConf of(ConfReader reader) {
    return new JobConf(
        manifest(reader),
        output(reader),
        TaskConf.of(reader),
        report(reader),
        webhook(reader),
        reader.number("failures.max-share", 0, 1),
        new HadoopOptions(reader.options("hadoop.options")),
        plan(reader));
  }

  private static ManifestSettings manifest(ConfReader reader) {
    return new ManifestSettings(
        reader.location("manifest.path"),
        reader.text("manifest.format"),
        reader.orNull("manifest.base", reader::location),
        reader.options("manifest.options"));
  }

  private static OutputConf output(ConfReader reader) {
    return new OutputConf(
        reader.location("output.path"),
        reader.choice("output.image-format", ImageFormat.class),
        reader.choice("output.images", ImageLayout.class),
        reader.choice("output.mode", OutputMode.class),
        reader.constants("output.retry-codes", ErrorCode.class),
        reader.integer("output.rows-per-file", 1, Integer.MAX_VALUE),
        reader.duration("output.claim-timeout", Duration.ofSeconds(1)),
        reader.orNull("output.table", key -> table(reader, key)));
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
