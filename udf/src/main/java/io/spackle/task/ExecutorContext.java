package io.spackle.task;

import io.spackle.lane.ExecutorGuard;
import io.spackle.mask.RowMasks;
import io.spackle.model.ExecutorModels;
import io.spackle.model.OpenModel;
import io.spackle.model.ScorerSettings;
import io.spackle.model.Segmenters;
import io.spackle.model.SharedResources;
import io.spackle.pipeline.QualityCheck;
import io.spackle.pipeline.QualitySettings;
import io.spackle.pipeline.RowInputs;
import io.spackle.quality.Scorer;
import io.spackle.quarantine.Markers;
import io.spackle.sink.ImageSink;
import io.spackle.sink.ImageSinks;
import io.spackle.sink.ImageWriter;
import io.spackle.source.FetchSettings;
import io.spackle.source.ImageSource;
import io.spackle.source.ImageSources;
import io.spackle.spark.HadoopConf;
import io.spackle.spark.TaskSignals;
import io.spackle.task.TaskSettings.OutputSettings.Images;
import io.spackle.webhook.Webhooks;
import io.spackle.webhook.Webhooks.WebhookSettings;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.hadoop.util.ShutdownHookManager;

/** The resources that all tasks of this JVM share: open models, sources and sinks. */
final class ExecutorContext implements AutoCloseable {

  /** After Spark stops (50), before Hadoop closes its file systems (10). */
  private static final int SHUTDOWN_PRIORITY = 20;

  private static final ExecutorContext OF_JVM = openForJvm();

  private record SourceKey(FetchSettings settings, HadoopConf hadoop) {}

  private record ScorerKey(ScorerSettings settings, HadoopConf hadoop) {}

  private record SinkKey(String folder, HadoopConf hadoop) {}

  private record WebhookKey(WebhookSettings settings, FetchSettings fetch, HadoopConf hadoop) {}

  private final ExecutorModels models;
  private final SharedResources<SourceKey, ImageSource> sources =
      new SharedResources<>(source -> true);
  private final SharedResources<ScorerKey, Scorer> scorers = new SharedResources<>(scorer -> true);
  private final SharedResources<SinkKey, ImageSink> sinks = new SharedResources<>(sink -> true);
  private final SharedResources<WebhookKey, Webhooks> webhooks =
      new SharedResources<>(sender -> true);
  private final SharedResources<SinkKey, Markers> markers = new SharedResources<>(opened -> true);
  private final ExecutorGuard guard;

  /**
   * @param guard of the models' lanes
   */
  ExecutorContext(ExecutorModels models, ExecutorGuard guard) {
    this.models = models;
    this.guard = guard;
  }

  /** The context of this JVM. */
  static ExecutorContext ofJvm() {
    return OF_JVM;
  }

  private static ExecutorContext openForJvm() {
    ExecutorGuard guard = ExecutorGuard.ofJvm();
    ExecutorContext executor = new ExecutorContext(ExecutorModels.ofFamilies(guard), guard);
    ShutdownHookManager.get().addShutdownHook(executor::close, SHUTDOWN_PRIORITY);
    return executor;
  }

  OpenModel model(TaskSettings settings, TaskSignals task) {
    return models.get(settings.model(), settings.lane(), settings.hadoop(), task);
  }

  /** Begins to open the model, which takes minutes if it is large. */
  void begin(TaskSettings settings, TaskSignals task) {
    models.begin(settings.model(), settings.lane(), settings.hadoop(), task);
  }

  /** Opens the model, the scorer and the segmenters that rows can use. */
  void open(TaskSettings settings, TaskSignals task) {
    model(settings, task);
    quality(settings, task);
    settings.images().masks().segmenters().forEach(segmenters(settings, task)::get);
  }

  /** What the rows of a task are made from. */
  RowInputs inputs(TaskSettings settings, TaskSignals task) {
    return new RowInputs(
        source(settings, task),
        new RowMasks(
            settings.images().masks(), settings.images().limits(), segmenters(settings, task)));
  }

  /** What measures the results of a task's rows. */
  QualityCheck quality(TaskSettings settings, TaskSignals task) {
    QualitySettings quality = settings.rows().quality();
    return new QualityCheck(
        quality,
        Optional.ofNullable(quality.scorer())
            .map(scorer -> new ScorerKey(scorer, settings.hadoop()))
            .map(
                key ->
                    scorers.get(
                        key, () -> key.settings().open(key.hadoop()), task::isInterrupted)));
  }

  private Segmenters segmenters(TaskSettings settings, TaskSignals task) {
    return models.segmenters(
        settings.images().masks().segmenters(), settings.lane(), settings.hadoop(), task);
  }

  ImageSource source(TaskSettings settings, TaskSignals task) {
    return source(settings.fetch(), settings.hadoop(), task::isInterrupted);
  }

  ImageSource source(FetchSettings settings, HadoopConf hadoop, BooleanSupplier interrupted) {
    SourceKey key = new SourceKey(settings, hadoop);
    return sources.get(
        key, () -> ImageSources.open(key.settings(), key.hadoop().configuration()), interrupted);
  }

  ImageSink sink(String folder, TaskSettings settings, TaskSignals task) {
    SinkKey key = new SinkKey(folder, settings.hadoop());
    return sinks.get(
        key,
        () -> ImageSinks.forUri(key.folder(), key.hadoop().configuration()),
        task::isInterrupted);
  }

  /** The writer of the images of one attempt of a task. */
  ImageWriter images(TaskSettings settings, TaskSignals task) {
    Images images = settings.output().images();
    return settings
        .output()
        .layout()
        .open(
            sink(images.folder(), settings, task),
            images.keys(),
            images.folder(),
            settings.hadoop().configuration());
  }

  Webhooks webhooks(TaskSettings settings, TaskSignals task) {
    WebhookKey key =
        new WebhookKey(settings.output().webhooks(), settings.fetch(), settings.hadoop());
    return webhooks.get(key, () -> open(key), task::isInterrupted);
  }

  private static Webhooks open(WebhookKey key) {
    ImageSink files = ImageSinks.forUri(key.settings().folder(), key.hadoop().configuration());
    return new Webhooks(key.settings(), key.fetch(), files::write);
  }

  Markers markers(TaskSettings settings, TaskSignals task) {
    SinkKey key = new SinkKey(settings.output().markers(), settings.hadoop());
    return markers.get(
        key,
        () -> new Markers(key.folder(), key.hadoop().configuration(), guard::hasGivenUp),
        task::isInterrupted);
  }

  @Override
  public void close() {
    webhooks.close();
    models.close();
    scorers.close();
    markers.close();
    sources.close();
    sinks.close();
  }
}
