package io.spackle.provenance;

import java.util.Optional;

/**
 * How an output image was made, as far as its file says so.
 *
 * @param model that generated the image
 * @param input the init image
 */
public record Generation(SourceType sourceType, Model model, Input input) {

  /**
   * What generated an image.
   *
   * @param name as in the reports of a job
   * @param digest of the files of the model, or path and version of a built-in one; empty if
   *     unknown
   * @param software the version of Spackle
   */
  public record Model(String name, Optional<String> digest, String software) {}

  /**
   * The file that was edited.
   *
   * @param mediaType such as {@code image/png}
   * @param sha256 of the file, in hexadecimal digits
   * @param manifest of the file, if there is one that is valid
   */
  public record Input(String mediaType, String sha256, Optional<InputManifest> manifest) {}
}
