package io.spackle.model;

import io.spackle.bundle.ModelBundle;
import io.spackle.bundle.ModelFolder;
import io.spackle.family.Families;
import io.spackle.family.Inpainter;
import io.spackle.family.ModelSource;
import io.spackle.graph.Device;
import io.spackle.lane.ExecutorGuard;
import io.spackle.lane.InFlightLimits;
import io.spackle.lane.Lane;
import io.spackle.lane.LaneSettings;
import io.spackle.metrics.ExecutorMetrics;
import io.spackle.model.ModelSettings.DeviceChoice;
import io.spackle.safety.SafetyModel;
import io.spackle.spark.HadoopConf;
import io.spackle.spark.TaskSignals;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open models of an executor. A model is opened by the first task that needs it, shared by all
 * tasks, and closed when another model needs the device and no task uses it, or when the JVM ends.
 */
public final class ExecutorModels implements AutoCloseable {

  /** Opens a model on a device. */
  @FunctionalInterface
  public interface Opener {
    Inpainter open(LocalModel model, Device device);
  }

  private record Key(ModelSettings model, LaneSettings lane, Device device) {}

  private static final Logger LOG = LoggerFactory.getLogger(ExecutorModels.class);

  private final Opener opener;
  private final ExecutorGuard guard;
  private final SharedResources<Key, OpenModel> models =
      new SharedResources<>(model -> !model.lane().hasEnded());
  private final Map<Key, Integer> taskCounts = new HashMap<>();

  public ExecutorModels(Opener opener, ExecutorGuard guard) {
    this.opener = opener;
    this.guard = guard;
  }

  /** Opens models of all families that Spackle supports. */
  public static ExecutorModels ofFamilies(ExecutorGuard guard) {
    return new ExecutorModels(
        (model, device) -> Families.open(model.source(), model.safetyModel(), device), guard);
  }

  /**
   * The model on the device of a task, which uses it until its end. Waits while the model opens.
   */
  public OpenModel get(
      ModelSettings settings, LaneSettings lane, HadoopConf hadoop, TaskSignals task) {
    Device device =
        settings.origin() instanceof ModelSettings.BuiltIn
            ? Device.cpu(0)
            : device(
                settings.device(),
                task.gpuAddress(),
                Optional.ofNullable(System.getenv("CUDA_VISIBLE_DEVICES")));
    Key key = new Key(settings, lane, device);
    count(key, 1);
    task.onCompletion(() -> count(key, -1));
    return models.get(key, () -> open(key, hadoop), task::isInterrupted);
  }

  /** The device on which a task runs its model. */
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
    taskCounts.merge(key, more, Integer::sum);
  }

  /** Removes the models that no task uses; a task counts itself before it asks for its model. */
  private synchronized List<OpenModel> removeUnused(Device device) {
    return taskCounts.keySet().stream()
        .filter(key -> key.device().equals(device) && taskCounts.get(key) == 0)
        .map(models::remove)
        .flatMap(Optional::stream)
        .toList();
  }

  private OpenModel open(Key key, HadoopConf hadoop) {
    removeUnused(key.device()).forEach(OpenModel::close);
    ModelSettings model = key.model();
    LaneSettings lane = key.lane();
    ModelCache cache = ModelCache.in(model.cache());
    LocalModel local = new LocalModel(model, folder -> cache.local(folder, hadoop.configuration()));
    LOG.info("opening the model {} on {}", model.origin().path(), key.device());
    Inpainter inpainter = opener.open(local, key.device());
    int cores = Runtime.getRuntime().availableProcessors();
    return new OpenModel(
        inpainter,
        model.origin(),
        new Lane(inpainter, lane, guard, ExecutorMetrics.ofJvm()),
        new InFlightLimits(lane.fetches(), cores, lane.queueBytes()));
  }

  @Override
  public void close() {
    models.close();
  }

  /**
   * A model whose folders are on this host.
   *
   * @param settings of the job
   * @param local maps a folder to its path on this host, which is made if necessary
   */
  public record LocalModel(ModelSettings settings, Function<ModelSettings.Folder, Path> local) {

    /**
     * The model, unopened, with the job's options applied: the one that the driver read.
     *
     * @throws io.spackle.graph.InvalidModelException with all problems of its folders
     * @throws IllegalStateException if a folder has changed since the job started
     */
    ModelSource source() {
      if (settings.origin() instanceof ModelSettings.BuiltIn builtIn) {
        return builtIn.model();
      }
      ModelSettings.InFolder folders = (ModelSettings.InFolder) settings.origin();
      Path folder = local.apply(folders.model());
      ModelBundle bundle = ModelBundle.open(folder);
      check(folder, bundle.digest(), folders.model());
      ModelBundle configured = bundle.with(settings.options());
      return new ModelSource.Bundle(
          folders.vae() == null ? configured : configured.withVae(autoencoder(folders.vae())));
    }

    private ModelFolder autoencoder(ModelSettings.Folder vae) {
      Path path = local.apply(vae);
      ModelFolder autoencoder = ModelFolder.open(path, ModelBundle.VAE);
      check(path, autoencoder.digest(), vae);
      return autoencoder;
    }

    /**
     * The safety checker, unloaded.
     *
     * @throws io.spackle.graph.InvalidModelException with all problems of its folder
     */
    Optional<SafetyModel> safetyModel() {
      return Optional.ofNullable(settings.safety().folder())
          .map(folder -> SafetyModel.open(local.apply(folder), settings.safety().options()));
    }

    private static void check(Path folder, String digest, ModelSettings.Folder expected) {
      if (!digest.equals(expected.digest())) {
        throw new IllegalStateException(
            "the model in %s has the digest %s, expected %s as in %s when the job started: replace or remove that folder"
                .formatted(folder, digest, expected.digest(), expected.path()));
      }
    }
  }
}
