package io.spackle.text;

import java.nio.file.Path;

/** Where tests find bundles and golden files. */
final class Fixtures {

  private Fixtures() {}

  static Path bundle(String path) {
    return Path.of(System.getProperty("bundles.dir", "bundles")).resolve(path);
  }

  static Path golden(String path) {
    return Path.of(System.getProperty("golden.dir", "src/test/golden")).resolve(path);
  }
}
