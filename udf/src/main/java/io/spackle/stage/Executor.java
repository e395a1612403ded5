package io.spackle.stage;

import io.spackle.sink.ImageSink;
import io.spackle.sink.ImageSinks;
import io.spackle.sink.PictureSink;
import io.spackle.source.FetchSettings;
import io.spackle.source.ImageSource;
import io.spackle.source.ImageSources;
import io.spackle.webhook.WebhookSettings;
import io.spackle.webhook.Webhooks;
import java.util.function.BooleanSupplier;
import org.apache.hadoop.util.ShutdownHookManager;

/** What all tasks of this JVM share: open models, sources and sinks. */
final class Executor implements AutoCloseable {

  /** After Spark has stopped (50), before Hadoop closes its file systems (10). */
  private static final int SHUTDOWN_PRIORITY = 20;

  private static final Executor OF_JVM = openForJvm();

  private record SourceKey(FetchSettings settings, HadoopConf hadoop) {}

  private record SinkKey(String folder, HadoopConf hadoop) {}

  private record WebhookKey(WebhookSettings settings, FetchSettings fetch, HadoopConf hadoop) {}

  private final ExecutorModels models;
  private final Shared<SourceKey, ImageSource> sources = new Shared<>(source -> true);
  private final Shared<SinkKey, ImageSink> sinks = new Shared<>(sink -> true);
  private final Shared<WebhookKey, Webhooks> webhooks = new Shared<>(calls -> true);
  private final Shared<SinkKey, Marks> marks = new Shared<>(open -> true);
  private final Precautions precautions;

  /**
   * @param precautions those of the models' lanes
   */
  Executor(ExecutorModels models, Precautions precautions) {
    this.models = models;
    this.precautions = precautions;
  }

  static Executor ofJvm() {
    return OF_JVM;
  }

  private static Executor openForJvm() {
    Precautions precautions = Precautions.ofJvm();
    Executor executor = new Executor(ExecutorModels.ofFamilies(precautions), precautions);
    ShutdownHookManager.get().addShutdownHook(executor::close, SHUTDOWN_PRIORITY);
    return executor;
  }

  OpenModel model(StageSettings settings, TaskSignals task) {
    return models.get(settings, task);
  }

  ImageSource source(StageSettings settings, TaskSignals task) {
    return source(settings.fetch(), settings.hadoop(), task::isInterrupted);
  }

  ImageSource source(FetchSettings settings, HadoopConf hadoop, BooleanSupplier interrupted) {
    SourceKey key = new SourceKey(settings, hadoop);
    return sources.get(
        key, () -> ImageSources.open(key.settings(), key.hadoop().configuration()), interrupted);
  }

  ImageSink sink(String folder, StageSettings settings, TaskSignals task) {
    SinkKey key = new SinkKey(folder, settings.hadoop());
    return sinks.get(
        key,
        () -> ImageSinks.forUri(key.folder(), key.hadoop().configuration()),
        task::isInterrupted);
  }

  /** For the pictures of one attempt at a task. */
  PictureSink pictures(StageSettings settings, TaskSignals task) {
    String folder = settings.output().images();
    return settings
        .output()
        .layout()
        .open(sink(folder, settings, task), folder, settings.hadoop().configuration());
  }

  Webhooks webhooks(StageSettings settings, TaskSignals task) {
    WebhookKey key =
        new WebhookKey(settings.output().webhooks(), settings.fetch(), settings.hadoop());
    return webhooks.get(key, () -> open(key), task::isInterrupted);
  }

  private static Webhooks open(WebhookKey key) {
    ImageSink files = ImageSinks.forUri(key.settings().folder(), key.hadoop().configuration());
    return new Webhooks(key.settings(), key.fetch(), files::write);
  }

  Marks marks(StageSettings settings, TaskSignals task) {
    SinkKey key = new SinkKey(settings.output().marks(), settings.hadoop());
    return marks.get(
        key,
        () -> new Marks(key.folder(), key.hadoop().configuration(), precautions::haveGivenUp),
        task::isInterrupted);
  }

  @Override
  public void close() {
    webhooks.close();
    models.close();
    marks.close();
    sources.close();
    sinks.close();
  }
}
