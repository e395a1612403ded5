package io.spackle.model;

import io.spackle.bundle.BundleOptions;
import io.spackle.row.SafetyPolicy;
import io.spackle.safety.SafetyOptions;
import java.io.Serializable;

/**
 * The model of a job, as executors open it.
 *
 * @param vae with the autoencoder that replaces the model's own, or null
 * @param safety the checker beside it
 * @param cache folder of local copies, or null for {@link ModelCache}'s own
 * @param device where both run
 * @param options that the job sets over its configuration
 */
public record ModelSettings(
    Folder folder,
    Folder vae,
    Safety safety,
    String cache,
    DeviceChoice device,
    BundleOptions options)
    implements Serializable {

  /**
   * A folder that executors open.
   *
   * @param path a local folder or any Hadoop URI of one
   * @param digest of its files: names the local copy
   * @param kind what it holds
   */
  public record Folder(String path, String digest, FolderKind kind) implements Serializable {}

  /**
   * The safety checker of a job.
   *
   * @param policy for rows that ask for it
   * @param folder that holds it, or null where no row can ask for it
   * @param options when it flags an image
   */
  public record Safety(SafetyPolicy policy, Folder folder, SafetyOptions options)
      implements Serializable {}
}
