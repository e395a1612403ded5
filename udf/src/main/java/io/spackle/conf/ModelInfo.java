package io.spackle.conf;

import io.spackle.bundle.ModelBundle;
import io.spackle.bundle.ModelFolder;
import io.spackle.conf.TaskConf.ModelConf;
import io.spackle.conf.TaskConf.SafetyConf;
import io.spackle.family.Families;
import io.spackle.family.ModelTraits;
import io.spackle.graph.InvalidModelException;
import io.spackle.model.FolderKind;
import io.spackle.model.ModelSettings.Folder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;

/**
 * What the driver knows of a model; no graph is loaded for it.
 *
 * @param folder its folder, with the digest of what lies there
 * @param vae the folder of the autoencoder that replaces its own, or null
 * @param digest of all files that it is made of
 * @param vaeName what its autoencoder is called where it is not its own, or null
 * @param safety the checker beside it
 */
public record ModelInfo(
    Folder folder,
    Folder vae,
    String digest,
    ModelTraits traits,
    String vaeName,
    SafetyInfo safety) {

  /**
   * Reads the folders of a model, by way of copies where they are not local.
   *
   * @throws RefusedException with all problems of a folder
   * @throws IOException if one cannot be reached
   */
  static ModelInfo read(ModelConf conf, SafetyConf safety, Configuration hadoop)
      throws IOException {
    NamedFolder model = NamedFolder.find(conf.path(), FolderKind.MODEL, conf, hadoop);
    NamedFolder vae =
        conf.vae() == null
            ? null
            : NamedFolder.find(conf.vae(), FolderKind.AUTOENCODER, conf, hadoop);
    ModelBundle own = ModelBundle.open(model.local());
    ModelBundle whole = configured(conf, own, vae == null ? null : vae(conf, vae.local()));
    return new ModelInfo(
        model.folder(),
        vae == null ? null : vae.folder(),
        whole.digest(),
        refusing("the model " + model.folder().path(), () -> traits(conf, whole)),
        whole.vaeName().orElse(null),
        SafetyInfo.read(safety, model, conf, hadoop));
  }

  /**
   * A model as the configuration sets it up.
   *
   * @param own the model as it lies in its folder
   * @param vae the autoencoder that replaces its own, or null
   * @throws RefusedException if that one lacks something
   */
  public static ModelBundle configured(ModelConf conf, ModelBundle own, ModelFolder vae) {
    ModelBundle model = own.with(conf.options());
    return vae == null
        ? model
        : refusing("spackle.model.vae " + conf.vae(), () -> model.withVae(vae));
  }

  /**
   * The autoencoder of another folder.
   *
   * @throws RefusedException with all problems of the folder
   */
  public static ModelFolder vae(ModelConf conf, Path folder) {
    return refusing(
        "spackle.model.vae " + conf.vae(), () -> ModelFolder.open(folder, ModelBundle.VAE));
  }

  /**
   * Reads what a model accepts and compares it with what the configuration asks for.
   *
   * @throws RefusedException if it is of another family
   */
  public static ModelTraits traits(ModelConf conf, ModelBundle bundle) {
    ModelTraits traits = Families.traits(bundle);
    if (!conf.family().equals("auto") && !conf.family().equals(traits.family())) {
      throw new RefusedException(
          "the model %s is of the family %s, expected %s as spackle.model.family says"
              .formatted(conf.path(), traits.family(), conf.family()));
    }
    return traits;
  }

  /**
   * Reads from a model folder; its problems refuse the job.
   *
   * @param what begins each problem
   */
  public static <T> T refusing(String what, Supplier<T> read) {
    try {
      return read.get();
    } catch (InvalidModelException e) {
      throw new RefusedException(
          e.problems().stream().map(problem -> what + ": " + problem).toList());
    }
  }
}
