package io.spackle.model;

import io.spackle.bundle.ModelBundle;
import io.spackle.bundle.ModelFolder;
import io.spackle.family.Families;
import io.spackle.family.Inpainter;
import io.spackle.family.ModelSource;
import io.spackle.graph.Device;
import io.spackle.lane.ExecutorGuard;
import io.spackle.lane.InFlightLimits;
import io.spackle.lane.InpaintLane;
import io.spackle.lane.Lane;
import io.spackle.lane.LaneBrokenException;
import io.spackle.lane.LaneSettings;
import io.spackle.lane.SegmentLane;
import io.spackle.metrics.ExecutorMetrics;
import io.spackle.model.ModelSettings.DeviceChoice;
import io.spackle.safety.SafetyModel;
import io.spackle.segment.Segmenter;
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
 * The open models of an executor, segmenters included. A model is opened by the first task that
 * needs it, shared by all tasks, and closed when another model needs the device and no task uses
 * it, or when the JVM ends.
 */
public final class ExecutorModels implements AutoCloseable {

  /** Opens a model on a device. */
  @FunctionalInterface
  public interface Opener {
    Inpainter open(LocalModel model, Device device);
  }

  /** A model, or a segmenter, on a device. */
  private record Key<S>(S settings, LaneSettings lane, Device device) {}

  /** The settings that limits are made of. */
  private record LimitKey(int fetches, Long queueBytes) {}

  private static final Logger LOG = LoggerFactory.getLogger(ExecutorModels.class);

  private final Opener opener;
  private final ExecutorGuard guard;
  private final SharedResources<Key<ModelSettings>, OpenModel> models =
      new SharedResources<>(model -> !model.lane().hasEnded());
  private final SharedResources<Key<SegmenterSettings>, OpenSegmenter> segmenters =
      new SharedResources<>(segmenter -> !segmenter.lane().hasEnded());
  private final Map<LimitKey, InFlightLimits> limits = new HashMap<>();
  private final Map<Key<ModelSettings>, Integer> modelTasks = new HashMap<>();
  private final Map<Key<SegmenterSettings>, Integer> segmenterTasks = new HashMap<>();

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
    Key<ModelSettings> key = key(settings, lane, task);
    use(modelTasks, key, task);
    return models.get(key, () -> open(key, hadoop), task::isInterrupted);
  }

  /**
   * Begins to open the model on the device of a task, for later ones. A problem is theirs: they try
   * again.
   */
  public void begin(
      ModelSettings settings, LaneSettings lane, HadoopConf hadoop, TaskSignals task) {
    Key<ModelSettings> key = key(settings, lane, task);
    count(modelTasks, key, 0); // so that it is closed like others that no task uses
    models.begin(key, () -> open(key, hadoop));
  }

  private static Key<ModelSettings> key(
      ModelSettings settings, LaneSettings lane, TaskSignals task) {
    Device device =
        settings.origin() instanceof ModelSettings.BuiltIn
            ? Device.cpu(0)
            : device(
                settings.device(),
                task.gpuAddress(),
                Optional.ofNullable(System.getenv("CUDA_VISIBLE_DEVICES")));
    return new Key<>(settings, lane, device);
  }

  /**
   * Segmenters on the device of a task, which uses them until its end.
   *
   * @param all that its rows may need
   */
  public Segmenters segmenters(
      List<SegmenterSettings> all, LaneSettings lane, HadoopConf hadoop, TaskSignals task) {
    Map<SegmenterSettings, Key<SegmenterSettings>> keys = new HashMap<>();
    for (SegmenterSettings settings : all) {
      Device device =
          device(
              settings.device(),
              task.gpuAddress(),
              Optional.ofNullable(System.getenv("CUDA_VISIBLE_DEVICES")));
      Key<SegmenterSettings> key = new Key<>(settings, lane, device);
      keys.put(settings, key);
      use(segmenterTasks, key, task);
    }
    return settings -> get(keys.get(settings), hadoop, task);
  }

  private OpenSegmenter get(Key<SegmenterSettings> key, HadoopConf hadoop, TaskSignals task) {
    try {
      return segmenters.get(key, () -> openSegmenter(key, hadoop), task::isInterrupted);
    } catch (IllegalStateException e) {
      throw new LaneBrokenException(
          "the segmenter " + key.settings().path() + ": " + e.getMessage(), e);
    }
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

  private <S> void use(Map<Key<S>, Integer> tasks, Key<S> key, TaskSignals task) {
    count(tasks, key, 1);
    task.onCompletion(() -> count(tasks, key, -1));
  }

  private synchronized <S> void count(Map<Key<S>, Integer> tasks, Key<S> key, int more) {
    tasks.merge(key, more, Integer::sum);
  }

  /** Closes what no task uses on a device; a task counts itself before it asks for its model. */
  private void closeUnused(Device device) {
    removeUnused(modelTasks, models, device).forEach(OpenModel::close);
    removeUnused(segmenterTasks, segmenters, device).forEach(OpenSegmenter::close);
  }

  private synchronized <S, V extends AutoCloseable> List<V> removeUnused(
      Map<Key<S>, Integer> tasks, SharedResources<Key<S>, V> open, Device device) {
    return tasks.keySet().stream()
        .filter(key -> key.device().equals(device) && tasks.get(key) == 0)
        .map(open::remove)
        .flatMap(Optional::stream)
        .toList();
  }

  private OpenSegmenter openSegmenter(Key<SegmenterSettings> key, HadoopConf hadoop) {
    closeUnused(key.device());
    SegmenterSettings settings = key.settings();
    ModelCache cache = ModelCache.in(settings.cache());
    LOG.info("opening the segmenter {} on {}", settings.path(), key.device());
    Segmenter segmenter =
        settings.model(folder -> cache.local(folder, hadoop.configuration())).load(key.device());
    SegmentLane model = new SegmentLane(segmenter);
    return new OpenSegmenter(
        segmenter, new Lane<>(model, key.lane(), guard, ExecutorMetrics.ofJvm()));
  }

  private OpenModel open(Key<ModelSettings> key, HadoopConf hadoop) {
    closeUnused(key.device());
    ModelSettings model = key.settings();
    LaneSettings lane = key.lane();
    ModelCache cache = ModelCache.in(model.cache());
    LocalModel local = new LocalModel(model, folder -> cache.local(folder, hadoop.configuration()));
    LOG.info("opening the model {} on {}", model.origin().path(), key.device());
    Inpainter inpainter = opener.open(local, key.device());
    return new OpenModel(
        inpainter,
        model.origin(),
        new Lane<>(new InpaintLane(inpainter), lane, guard, ExecutorMetrics.ofJvm()),
        limits(lane));
  }

  /** Shared by all devices, since they share cores and heap. */
  private synchronized InFlightLimits limits(LaneSettings lane) {
    return limits.computeIfAbsent(
        new LimitKey(lane.fetches(), lane.queueBytes()), key -> lane.limits());
  }

  @Override
  public void close() {
    models.close();
    segmenters.close();
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
