package io.spackle.conf;

import io.spackle.bundle.ModelBundle;
import io.spackle.bundle.ModelFolder;
import io.spackle.conf.TaskConf.ModelConf;
import io.spackle.conf.TaskConf.SafetyConf;
import io.spackle.family.BuiltInModel;
import io.spackle.family.ModelSource;
import io.spackle.family.ModelTraits;
import io.spackle.graph.InvalidModelException;
import io.spackle.model.ModelCache;
import io.spackle.model.ModelSettings.BuiltIn;
import io.spackle.model.ModelSettings.DeviceChoice;
import io.spackle.model.ModelSettings.Folder;
import io.spackle.model.ModelSettings.FolderKind;
import io.spackle.model.ModelSettings.InFolder;
import io.spackle.model.ModelSettings.Origin;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;

/**
 * The properties of a model that the driver reads without loading a graph.
 *
 * @param origin where executors find it
 * @param digest of all files of the model, a replaced autoencoder included; of a built-in model its
 *     path and version
 * @param vaeName the name of a replaced autoencoder, or null
 * @param safety the model's safety checker
 */
public record ModelInfo(
    Origin origin, String digest, ModelTraits traits, String vaeName, SafetyInfo safety) {

  /**
   * Begins to read the files of a model, if it is in a local folder, on a thread that does not keep
   * the process alive. Its digest is needed as soon as Spark has started, and takes seconds per
   * gigabyte. Problems are left to who needs the model.
   */
  public static void readAhead(ModelConf conf) {
    Thread reader = new Thread(() -> ModelCache.readAhead(conf.path()), "spackle-read-ahead");
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Reads the folders of a model; those that are not local are copied to this host.
   *
   * @throws RefusedException with all problems of a folder
   * @throws IOException if one cannot be reached
   */
  static ModelInfo read(ModelConf conf, SafetyConf safety, Configuration hadoop)
      throws IOException {
    Optional<BuiltInModel> builtIn = builtIn(conf);
    return builtIn.isPresent()
        ? new ModelInfo(
            new BuiltIn(builtIn.get()),
            builtIn.get().digest(),
            builtIn.get().traits(),
            null,
            SafetyInfo.read(safety, Optional.empty(), conf, hadoop))
        : readFolder(conf, safety, hadoop);
  }

  private static ModelInfo readFolder(ModelConf conf, SafetyConf safety, Configuration hadoop)
      throws IOException {
    NamedFolder model = NamedFolder.find(conf.path(), FolderKind.MODEL, conf, hadoop);
    NamedFolder vae =
        conf.vae() == null
            ? null
            : NamedFolder.find(conf.vae(), FolderKind.AUTOENCODER, conf, hadoop);
    ModelBundle builtIn = ModelBundle.open(model.local());
    ModelBundle bundle = configured(conf, builtIn, vae == null ? null : vae(conf, vae.local()));
    return new ModelInfo(
        new InFolder(model.folder(), vae == null ? null : vae.folder()),
        bundle.digest(),
        refusing(
            "the model " + model.folder().path(),
            () -> traits(conf, new ModelSource.Bundle(bundle))),
        bundle.vaeName().orElse(null),
        SafetyInfo.read(safety, Optional.of(model), conf, hadoop));
  }

  /**
   * The built-in model that the configuration names; empty if it names a folder.
   *
   * @throws RefusedException with the settings that such a model cannot follow
   */
  private static Optional<BuiltInModel> builtIn(ModelConf conf) {
    Optional<BuiltInModel> model;
    try {
      model = BuiltInModel.of(conf.path());
    } catch (IllegalArgumentException e) {
      throw new RefusedException("spackle.model.path: " + e.getMessage());
    }
    model.ifPresent(builtIn -> check(conf, builtIn));
    return model;
  }

  private static void check(ModelConf conf, BuiltInModel model) {
    List<String> problems = new ArrayList<>();
    String remove = " is set, but the model %s has %s: remove the setting";
    if (conf.vae() != null) {
      problems.add("spackle.model.vae" + remove.formatted(model.path(), "no autoencoder"));
    }
    if (!conf.options().schedulerConfig().isEmpty()) {
      problems.add(
          "spackle.model.scheduler-config" + remove.formatted(model.path(), "no scheduler"));
    }
    if (conf.device() == DeviceChoice.CUDA) {
      problems.add(
          "spackle.model.device is cuda, but the model %s runs on the CPU: set auto or cpu"
              .formatted(model.path()));
    }
    if (!problems.isEmpty()) {
      throw new RefusedException(problems);
    }
    traits(conf, model);
  }

  /**
   * A model with the options of the configuration applied.
   *
   * @param builtIn the model as its folder defines it
   * @param vae the autoencoder that replaces the built-in one, or null
   * @throws RefusedException if the autoencoder is incomplete
   */
  private static ModelBundle configured(ModelConf conf, ModelBundle builtIn, ModelFolder vae) {
    ModelBundle model = builtIn.with(conf.options());
    return vae == null
        ? model
        : refusing("spackle.model.vae " + conf.vae(), () -> model.withVae(vae));
  }

  /**
   * The autoencoder in a folder of its own.
   *
   * @throws RefusedException with all problems of the folder
   */
  private static ModelFolder vae(ModelConf conf, Path folder) {
    return refusing(
        "spackle.model.vae " + conf.vae(), () -> ModelFolder.open(folder, ModelBundle.VAE));
  }

  /**
   * The traits of a model.
   *
   * @throws RefusedException if the model is of another family than the configuration requires
   */
  public static ModelTraits traits(ModelConf conf, ModelSource source) {
    ModelTraits traits = source.traits();
    if (!conf.family().equals("auto") && !conf.family().equals(traits.family())) {
      throw new RefusedException(
          "the model %s is of the family %s, expected %s as spackle.model.family says"
              .formatted(conf.path(), traits.family(), conf.family()));
    }
    return traits;
  }

  /**
   * Reads from a model folder and turns its problems into a refusal of the job.
   *
   * @param what prefix of each problem
   */
  static <T> T refusing(String what, Supplier<T> read) {
    try {
      return read.get();
    } catch (InvalidModelException e) {
      throw new RefusedException(
          e.problems().stream().map(problem -> what + ": " + problem).toList());
    }
  }

  /**
   * A model folder named in the configuration, on any file system.
   *
   * @param folder as executors find it
   * @param local the folder itself, or its copy on this host
   */
  record NamedFolder(Folder folder, Path local) {

    /**
     * Finds a folder; one that is not local is copied to this host.
     *
     * @throws RefusedException with all problems of the folder
     * @throws IOException if it cannot be reached
     */
    static NamedFolder find(String location, FolderKind kind, ModelConf conf, Configuration hadoop)
        throws IOException {
      org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(location);
      String uri = path.getFileSystem(hadoop).makeQualified(path).toString();
      try {
        ModelCache.Copy copy = ModelCache.in(conf.cache()).now(uri, kind, hadoop);
        return new NamedFolder(new Folder(uri, copy.digest(), kind), copy.folder());
      } catch (InvalidModelException e) {
        throw new RefusedException(
            e.problems().stream().map(problem -> named(kind, uri) + ": " + problem).toList());
      }
    }

    private static String named(FolderKind kind, String uri) {
      return switch (kind) {
        case MODEL -> "the model " + uri;
        case AUTOENCODER -> "spackle.model.vae " + uri;
        case SAFETY_CHECKER -> "spackle.safety.model " + uri;
        case SEGMENTER -> "the segmenter " + uri;
        case SCORER -> "spackle.quality.scorer " + uri;
      };
    }
  }
}
