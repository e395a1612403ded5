package io.spackle.stage;

import io.spackle.graph.BundleException;
import io.spackle.graph.ModelBundle;
import io.spackle.graph.ModelParts;
import io.spackle.safety.SafetyModel;
import java.nio.file.Path;

/** What a folder of a job holds, and so which of its files count. */
public enum Holding {
  MODEL {
    @Override
    String digest(Path folder) {
      return ModelBundle.open(folder).digest();
    }
  },
  AUTOENCODER {
    @Override
    String digest(Path folder) {
      return ModelParts.open(folder, ModelBundle.VAE).digest();
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
   * @throws BundleException if the folder holds something else
   */
  abstract String digest(Path folder);
}
