package io.spackle.jobs.output;

import io.spackle.sink.ImageKeys;
import io.spackle.sink.NameTemplate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The locations of images in meta rows, as paths below the folder of images. */
final class ImagePaths {

  private static final String FOLDER = "/" + OutputFolder.IMAGES + "/";

  private ImagePaths() {}

  /**
   * The paths that a location may have below the folder of images. They are cut out of the location
   * rather than compared with the folder's own, since an output may have been moved; usually there
   * is one.
   */
  static List<String> of(String location) {
    List<String> paths = new ArrayList<>();
    int at = location.indexOf(FOLDER);
    while (at >= 0) {
      paths.add(location.substring(at + FOLDER.length()));
      at = location.indexOf(FOLDER, at + 1);
    }
    return paths;
  }

  /** The name that a template gives the image of a path; empty if it is not of the template. */
  static Optional<String> name(String path, NameTemplate template) {
    return ImageKeys.withoutExtension(path).flatMap(template::nameOf);
  }
}
