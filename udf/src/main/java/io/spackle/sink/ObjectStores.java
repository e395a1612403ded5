package io.spackle.sink;

import java.util.Set;
import org.apache.hadoop.fs.FileSystem;

/**
 * Stores where an object appears whole or not at all when its stream closes, and where a rename is
 * a copy that others can see and that replaces what lies under the new name.
 */
public final class ObjectStores {

  /** Azure's do not belong here: they show a file while it grows, and rename in one step. */
  private static final Set<String> SCHEMES = Set.of("s3a", "s3", "gs");

  private ObjectStores() {}

  /** Whether a file system is such a store. */
  public static boolean include(FileSystem files) {
    return SCHEMES.contains(files.getUri().getScheme());
  }
}
