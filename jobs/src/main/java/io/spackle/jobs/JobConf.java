package io.spackle.jobs;

import io.spackle.conf.ConfFile;
import io.spackle.conf.ConfReader;
import io.spackle.conf.RefusedException;
import io.spackle.conf.StageConf;
import io.spackle.image.ImageFormat;
import io.spackle.row.ErrorCode;
import io.spackle.row.Shown;
import io.spackle.sink.ImageLayout;
import io.spackle.webhook.WebhookSecret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The configuration of a job, checked: {@code conf/reference.conf} says what each key means.
 *
 * <p>Only what can be known without the model and the manifest is checked here.
 *
 * @param stage what executors go by
 * @param maxFailedShare of the rows of a run, above which it ends with {@link ExitCode#FAILURES}
 * @param hadoop options of Hadoop's file systems
 */
record JobConf(
    ManifestConf manifest,
    OutputConf output,
    StageConf stage,
    ReportConf report,
    WebhookConf webhook,
    double maxFailedShare,
    HadoopOptions hadoop,
    PlanConf plan) {

  /**
   * Where the rows are.
   *
   * @param format auto, csv, jsonl, parquet or a Spark source
   * @param base folder of relative picture locations, or null: those rows fail
   * @param options for Spark's reader
   */
  record ManifestConf(String path, String format, String base, Map<String, String> options) {

    /** The path without secrets. */
    String shown() {
      return Shown.redacted(path);
    }
  }

  /** What happens to an output folder that holds a run already. */
  enum Mode {
    RESUME,
    OVERWRITE,
    FAIL_IF_EXISTS
  }

  /**
   * Where results go.
   *
   * @param images how pictures lie in the output
   * @param rowsPerFile rows of one task and one meta file, at most; approximate
   * @param retryCodes of failed rows that are done again
   * @param claimTimeout how long a driver may be silent until another run may take over
   * @param table that gets the meta rows, too, or null
   */
  record OutputConf(
      String path,
      ImageFormat imageFormat,
      ImageLayout images,
      Mode mode,
      Set<ErrorCode> retryCodes,
      int rowsPerFile,
      Duration claimTimeout,
      TableConf table) {}

  /**
   * A table that is kept equal to the meta rows.
   *
   * @param name catalog, databases and table
   * @param interval from one commit to the next, at least
   */
  record TableConf(List<String> name, TableFormat format, Duration interval) {

    String catalog() {
      return name.get(0);
    }

    /** The name as Spark SQL reads it, whatever its parts are. */
    String quoted() {
      return name.stream()
          .map(part -> '`' + part.replace("`", "``") + '`')
          .collect(Collectors.joining("."));
    }
  }

  /**
   * The page at the end of a run.
   *
   * @param maxPictures that it shows, at most
   */
  record ReportConf(boolean enabled, int maxPictures) {

    /** Of the rows, those that keep a small picture. */
    double share(long rows) {
      return enabled ? Math.min(1, (double) maxPictures / Math.max(1, rows)) : 0;
    }
  }

  /**
   * How webhooks are called.
   *
   * @param secret to sign with, or null
   * @param timeout of one try
   */
  record WebhookConf(WebhookSecret secret, Duration timeout, int retries) {}

  /**
   * What a forecast goes by.
   *
   * @param devices that will paint, or null for those that Spark has
   * @param price of one for an hour, in any currency, or null
   */
  record PlanConf(Integer devices, Double price) {}

  /**
   * Reads and checks a configuration.
   *
   * @param overrides key (with or without the root) to value, as given by -D
   * @throws RefusedException with all problems
   */
  static JobConf load(Path file, Map<String, String> overrides) {
    return ConfFile.load(Optional.of(file), overrides, JobConf::of);
  }

  /** Reads every key; it counts only if the reader has no problems afterwards. */
  static JobConf of(ConfReader reader) {
    return new JobConf(
        manifest(reader),
        output(reader),
        StageConf.of(reader),
        report(reader),
        webhook(reader),
        reader.number("failures.max-share", 0, 1),
        new HadoopOptions(reader.options("hadoop.options")),
        plan(reader));
  }

  private static ManifestConf manifest(ConfReader reader) {
    return new ManifestConf(
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
        reader.choice("output.mode", Mode.class),
        reader.constants("output.retry-codes", ErrorCode.class),
        reader.integer("output.rows-per-file", 1, Integer.MAX_VALUE),
        reader.duration("output.claim-timeout", Duration.ofSeconds(1)),
        reader.orNull("output.table", key -> table(reader, key)));
  }

  private static TableConf table(ConfReader reader, String key) {
    return new TableConf(
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
