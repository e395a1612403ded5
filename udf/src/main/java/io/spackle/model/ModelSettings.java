package io.spackle.model;

import io.spackle.bundle.BundleOptions;
import io.spackle.bundle.ModelBundle;
import io.spackle.bundle.ModelFolder;
import io.spackle.family.BuiltInModel;
import io.spackle.graph.InvalidModelException;
import io.spackle.quality.ScorerModel;
import io.spackle.row.RowReader.SafetyPolicy;
import io.spackle.safety.SafetyModel;
import io.spackle.safety.SafetyOptions;
import io.spackle.segment.SegmenterModel;
import java.io.Serializable;
import java.nio.file.Path;

/**
 * The model of a job, as executors open it.
 *
 * @param origin where the model is
 * @param safety the safety checker
 * @param cache folder of local copies, or null for the default of {@link ModelCache}
 * @param device of model and safety checker
 * @param options override those of the model folder
 */
public record ModelSettings(
    Origin origin, Safety safety, String cache, DeviceChoice device, BundleOptions options)
    implements Serializable {

  /** The device that the configuration asks for. */
  public enum DeviceChoice {
    /** The GPU assigned to the task, else the CPU. */
    AUTO,
    CPU,
    /** The GPU assigned to the task, else the first. */
    CUDA
  }

  /** Where a model is. */
  public sealed interface Origin extends Serializable {

    /** The path that the configuration gives, for messages. */
    String path();

    /** The digest of what determines its output. */
    String digest();

    /** Whether it was trained on images: such outputs are marked as generated. */
    boolean isTrained();
  }

  /**
   * A model in a folder.
   *
   * @param vae folder of the autoencoder that replaces the model's own, or null
   */
  public record InFolder(Folder model, Folder vae) implements Origin {

    @Override
    public String path() {
      return model.path();
    }

    @Override
    public String digest() {
      return model.digest();
    }

    @Override
    public boolean isTrained() {
      return true;
    }
  }

  /** A model that is part of Spackle, at the version of this build. */
  public record BuiltIn(BuiltInModel model) implements Origin {

    @Override
    public String path() {
      return model.path();
    }

    @Override
    public String digest() {
      return model.digest();
    }

    @Override
    public boolean isTrained() {
      return false;
    }
  }

  /**
   * A folder that executors open.
   *
   * @param path a local folder or any Hadoop URI of one
   * @param digest of its files: names the local copy
   * @param kind of its content
   */
  public record Folder(String path, String digest, FolderKind kind) implements Serializable {}

  /** The kind of a folder's content, which decides what files belong to its digest. */
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
    },
    SEGMENTER {
      @Override
      String digest(Path folder) {
        return SegmenterModel.digest(folder);
      }
    },
    SCORER {
      @Override
      String digest(Path folder) {
        return ScorerModel.digest(folder);
      }
    };

    /**
     * The digest of the files that belong to the content.
     *
     * @throws InvalidModelException if the folder has other content
     */
    abstract String digest(Path folder);
  }

  /**
   * The safety checker of a job.
   *
   * @param policy for rows that ask for it
   * @param folder of the checker, or null if no row can ask for it
   * @param options decide when it flags an image
   */
  public record Safety(SafetyPolicy policy, Folder folder, SafetyOptions options)
      implements Serializable {}
}
