package io.spackle.model;

import io.spackle.family.Families;
import io.spackle.family.Inpainter;
import io.spackle.graph.Device;
import io.spackle.lane.ExecutorGuard;
import io.spackle.lane.InFlightLimits;
import io.spackle.lane.Lane;
import io.spackle.lane.LaneSettings;
import io.spackle.metrics.ExecutorMetrics;
import io.spackle.spark.HadoopConf;
import io.spackle.spark.TaskSignals;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open models of an executor: opened by the first task that asks, shared by all, and closed
 * when another model needs the device and no task uses them, at last when the JVM ends.
 */
public final class ExecutorModels implements AutoCloseable {

  /** How a model is opened. */
  @FunctionalInterface
  public interface Opener {
    Inpainter open(LocalModel model, Device device);
  }

  private record Key(ModelSettings model, LaneSettings lane, Device device) {}

  private static final Logger LOG = LoggerFactory.getLogger(ExecutorModels.class);

  private final Opener opener;
  private final ExecutorGuard precautions;
  private final SharedResources<Key, OpenModel> models =
      new SharedResources<>(model -> !model.lane().hasEnded());
  private final Map<Key, Integer> tasks = new HashMap<>();

  public ExecutorModels(Opener opener, ExecutorGuard precautions) {
    this.opener = opener;
    this.precautions = precautions;
  }

  /** Models of the families that Spackle runs, cached on this host. */
  public static ExecutorModels ofFamilies(ExecutorGuard precautions) {
    return new ExecutorModels(
        (model, device) -> Families.open(model.bundle(), model.safetyModel(), device), precautions);
  }

  /**
   * The model on the device of a task, which uses it to its end; waits while it is being opened.
   */
  public OpenModel get(
      ModelSettings settings, LaneSettings lane, HadoopConf hadoop, TaskSignals task) {
    Device device =
        device(
            settings.device(),
            task.gpuAddress(),
            Optional.ofNullable(System.getenv("CUDA_VISIBLE_DEVICES")));
    Key key = new Key(settings, lane, device);
    count(key, 1);
    task.onCompletion(() -> count(key, -1));
    return models.get(key, () -> open(key, hadoop), task::isInterrupted);
  }

  /** Where a task runs its model. */
  static Device device(DeviceChoice choice, Optional<String> address, Optional<String> visible) {
    boolean onGpu =
        switch (choice) {
          case AUTO -> address.isPresent();
          case CPU -> false;
          case CUDA -> true;
        };
    if (!onGpu) {
      return Device.cpu(0);
    }
    return Device.cuda(address.map(gpu -> GpuAddresses.ordinal(gpu, visible)).orElse(0));
  }

  private synchronized void count(Key key, int more) {
    tasks.merge(key, more, Integer::sum);
  }

  /** Takes out what no task uses; a task counts itself before it asks for its model. */
  private synchronized List<OpenModel> takeUnused(Device device) {
    return tasks.keySet().stream()
        .filter(key -> key.device().equals(device) && tasks.get(key) == 0)
        .map(models::take)
        .flatMap(Optional::stream)
        .toList();
  }

  private OpenModel open(Key key, HadoopConf hadoop) {
    takeUnused(key.device()).forEach(OpenModel::close);
    ModelSettings model = key.model();
    LaneSettings lane = key.lane();
    ModelCache cache = ModelCache.in(model.cache());
    LocalModel local = LocalModel.of(model, folder -> cache.local(folder, hadoop.configuration()));
    LOG.info("opening the model {} on {}", model.folder().path(), key.device());
    Inpainter inpainter = opener.open(local, key.device());
    int cores = Runtime.getRuntime().availableProcessors();
    return new OpenModel(
        inpainter,
        new Lane(inpainter, lane, precautions, ExecutorMetrics.ofJvm()),
        new InFlightLimits(lane.fetches(), cores, lane.queueBytes()));
  }

  @Override
  public void close() {
    models.close();
  }
}
