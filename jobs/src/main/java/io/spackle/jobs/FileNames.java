package io.spackle.jobs;

import java.util.Optional;

/** Whether this process can name all files: Linux file names are bytes, which Java decodes. */
final class FileNames {

  private FileNames() {}

  /** A warning if the locale's encoding is not UTF-8. */
  static Optional<String> warning() {
    return warning(System.getProperty("sun.jnu.encoding", "UTF-8"));
  }

  static Optional<String> warning(String encoding) {
    return encoding.equalsIgnoreCase("UTF-8")
        ? Optional.empty()
        : Optional.of(
            "Warning: the locale's encoding is %s, in which files with other letters than its own cannot be found: set LC_ALL=C.UTF-8"
                .formatted(encoding));
  }
}
