package io.spackle.model;

import io.spackle.bundle.ModelBundle;
import io.spackle.bundle.ModelFolder;
import io.spackle.safety.SafetyModel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/**
 * The folders of a model on this host.
 *
 * @param vae with the autoencoder that replaces the model's own
 * @param safety with the safety checker
 * @param asked what the job is to run
 */
public record LocalModel(
    Path folder, Optional<Path> vae, Optional<Path> safety, ModelSettings asked) {

  /**
   * Finds the folders of a model.
   *
   * @param local from a folder to its place on this host
   */
  static LocalModel of(ModelSettings model, Function<ModelSettings.Folder, Path> local) {
    return new LocalModel(
        local.apply(model.folder()),
        Optional.ofNullable(model.vae()).map(local),
        Optional.ofNullable(model.safety().folder()).map(local),
        model);
  }

  /**
   * The model as a job has set it up: what the driver read and no other, however it came here.
   *
   * @throws io.spackle.graph.InvalidModelException with all that is wrong with its folders
   * @throws IllegalStateException if a folder holds something else than when the job started
   */
  ModelBundle bundle() {
    ModelBundle bundle = ModelBundle.open(folder);
    check(folder, bundle.digest(), asked.folder());
    ModelBundle own = bundle.with(asked.options());
    return vae.map(path -> own.withVae(autoencoder(path))).orElse(own);
  }

  private ModelFolder autoencoder(Path path) {
    ModelFolder parts = ModelFolder.open(path, ModelBundle.VAE);
    check(path, parts.digest(), asked.vae());
    return parts;
  }

  /**
   * The safety checker, unloaded.
   *
   * @throws io.spackle.graph.InvalidModelException with all that is wrong with its folder
   */
  Optional<SafetyModel> safetyModel() {
    return safety.map(path -> SafetyModel.open(path, asked.safety().options()));
  }

  private static void check(Path folder, String digest, ModelSettings.Folder expected) {
    if (!digest.equals(expected.digest())) {
      throw new IllegalStateException(
          "the model in %s has the digest %s, expected %s as in %s when the job started: replace or remove that folder"
              .formatted(folder, digest, expected.digest(), expected.path()));
    }
  }
}
