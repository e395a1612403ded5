package io.spackle.model;

import io.spackle.bundle.ModelBundle;
import io.spackle.bundle.ModelFolder;
import io.spackle.graph.InvalidModelException;
import io.spackle.safety.SafetyModel;
import java.nio.file.Path;

/** What a folder of a job holds, and so which of its files count. */
public enum FolderKind {
  MODEL {
    @Override
    String digest(Path folder) {
      return ModelBundle.open(folder).digest();
    }
  },
  AUTOENCODER {
    @Override
    String digest(Path folder) {
      return ModelFolder.open(folder, ModelBundle.VAE).digest();
    }
  },
  SAFETY_CHECKER {
    @Override
    String digest(Path folder) {
      return SafetyModel.digest(folder);
    }
  };

  /**
   * The digest of the files that count.
   *
   * @throws InvalidModelException if the folder holds something else
   */
  abstract String digest(Path folder);
}
