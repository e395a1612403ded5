package io.spackle.jobs.conf;

import io.spackle.conf.ConfFile;
import io.spackle.conf.ConfReader;
import io.spackle.conf.RefusedException;
import io.spackle.conf.TaskConf;
import io.spackle.image.FramingOptions.Resize;
import io.spackle.jobs.driver.SparkSessions.HadoopOptions;
import io.spackle.jobs.manifest.ManifestForm;
import io.spackle.jobs.manifest.ManifestInput;
import io.spackle.jobs.output.OutputFolder;
import io.spackle.jobs.table.TableFormat;
import io.spackle.jobs.table.TableSettings;
import io.spackle.row.ErrorCode;
import io.spackle.sink.ImageLayout;
import io.spackle.sink.NameTemplate;
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
    ManifestInput manifest,
    OutputConf output,
    TaskConf tasks,
    WebhookConf webhook,
    double maxFailedShare,
    PlanConf plan,
    HadoopOptions hadoop) {

  /** The same job with other input, on an output that is treated in another way. */
  public JobConf with(ManifestInput input, OutputFolder.Mode mode) {
    return new JobConf(input, output.with(mode), tasks, webhook, maxFailedShare, plan, hadoop);
  }

  /**
   * The output folder, and what is kept in step with it.
   *
   * @param leaseTimeout time after a driver's last heartbeat at which another run may take over
   * @param table to keep equal to the meta rows, or null
   */
  public record OutputConf(
      String path,
      OutputFolder.Mode mode,
      ImagesConf images,
      RowsConf rows,
      Duration leaseTimeout,
      TableSettings table,
      ReportConf report) {

    private OutputConf with(OutputFolder.Mode other) {
      return new OutputConf(path, other, images, rows, leaseTimeout, table, report);
    }
  }

  /**
   * How images are stored.
   *
   * @param layout one file per image, or files of many images
   * @param name of the images, or null: after the ids of their rows, spread over folders
   * @param masks whether the masks are written beside the images
   */
  public record ImagesConf(ImageLayout layout, NameTemplate name, boolean masks) {}

  /**
   * How rows are processed.
   *
   * @param perFile the rows of one task, approximately, and the most rows of a meta file
   * @param publishInterval the longest time from the end of a row to the publication of its meta
   *     row
   */
  public record RowsConf(
      RetryConf retries, InputChanges inputChanges, int perFile, Duration publishInterval) {}

  /** What a run does with finished rows whose input files were replaced. */
  public enum InputChanges {
    /** They are processed again, if their files are in folders or stores. */
    REDO,
    /** They are processed again; HTTP hosts are asked for each file. */
    REDO_HTTP,
    /** They stay. */
    KEEP
  }

  /**
   * Which failed rows a run processes again.
   *
   * @param maxAttempts number of runs that try a row whose failure may pass by itself
   * @param all whether all failed rows are processed again, in any case
   * @param codes error codes of the rows that are processed again in any case
   */
  public record RetryConf(int maxAttempts, boolean all, Set<ErrorCode> codes) {

    /** Whether any failed rows are processed again that would not be by themselves. */
    public boolean areRequested() {
      return all || !codes.isEmpty();
    }
  }

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
   * @param file empty for the defaults and the overrides alone
   * @param overrides values by key (with or without the root), as set with -D
   * @throws RefusedException with all problems
   */
  public static JobConf load(Optional<Path> file, Map<String, String> overrides) {
    return ConfFile.load(file, overrides, JobConf::of);
  }

  /** Reads every key; the result is valid only if the reader then has no problems. */
  static JobConf of(ConfReader reader) {
    ManifestInput input = ManifestForm.read(reader);
    return new JobConf(
        input,
        output(reader, input),
        input.mirrorsFiles() ? TaskConf.of(reader, Resize.ORIGINAL) : TaskConf.of(reader),
        webhook(reader),
        reader.number("failures.max-share", 0, 1),
        plan(reader),
        new HadoopOptions(reader.options("hadoop.options")));
  }

  private static OutputConf output(ConfReader reader, ManifestInput input) {
    return new OutputConf(
        reader.location("output.path"),
        reader.choice("output.mode", OutputFolder.Mode.class),
        new ImagesConf(
            reader.choice("output.images", ImageLayout.class), name(reader, input), masks(reader)),
        new RowsConf(
            retries(reader),
            reader.choice("resume.changed-inputs", InputChanges.class),
            reader.integer("output.rows-per-file", 1, Integer.MAX_VALUE),
            reader.duration("output.publish-interval", Duration.ofMillis(1))),
        reader.duration("output.claim-timeout", Duration.ofSeconds(1)),
        reader.orNull("output.table", key -> table(reader, key)),
        report(reader));
  }

  private static RetryConf retries(ConfReader reader) {
    return new RetryConf(
        reader.integer("output.max-attempts", 1, Integer.MAX_VALUE),
        reader.flag("output.retry-failed"),
        reader.constants("output.retry-codes", ErrorCode.class));
  }

  private static NameTemplate name(ConfReader reader, ManifestInput input) {
    String key = "output.name";
    if (!reader.isSet(key)) {
      return input.mirrorsFiles() ? NameTemplate.MIRROR : null;
    }
    try {
      return NameTemplate.of(reader.anyText(key));
    } catch (IllegalArgumentException e) {
      reader.problem(key, "cannot be used: " + e.getMessage());
      return null;
    }
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
