package io.spackle.jobs.manifest;

import java.io.Serializable;
import java.util.List;
import org.apache.hadoop.fs.GlobPattern;

/**
 * A glob pattern for paths below a folder, part by part, as Hadoop reads it: {@code * ? [abc]
 * {a,b}}. In addition the part {@code **} stands for any number of folders. A folder that matches
 * is meant with all that is below it.
 *
 * @param parts of the pattern; none matches everything
 */
record FolderPattern(List<String> parts) implements Serializable {

  private static final String ANY_FOLDERS = "**";
  private static final String SPECIAL = ".*[*?{}\\[\\]].*";

  /**
   * @throws IllegalArgumentException if a part is no pattern
   */
  FolderPattern {
    parts = List.copyOf(parts);
    try {
      parts.forEach(GlobPattern::new);
    } catch (RuntimeException e) { // of a library in Hadoop
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** Whether a part of a path has characters of a pattern. */
  static boolean isSpecial(String part) {
    return part.matches(SPECIAL);
  }

  /** Whether a file is meant. */
  boolean matches(String path) {
    return matches(0, List.of(path.split("/")), 0, false);
  }

  /** Whether files in or below a folder may be meant. */
  boolean mayMatchBelow(String folder) {
    return matches(0, folder.isEmpty() ? List.of() : List.of(folder.split("/")), 0, true);
  }

  /**
   * @param atEnd the result if the path ends before the pattern
   */
  private boolean matches(int part, List<String> names, int name, boolean atEnd) {
    if (part == parts.size()) {
      return true;
    }
    if (name == names.size()) {
      return atEnd;
    }
    String pattern = parts.get(part);
    if (pattern.equals(ANY_FOLDERS)) {
      return matches(part + 1, names, name, atEnd) || matches(part, names, name + 1, atEnd);
    }
    return new GlobPattern(pattern).matches(names.get(name))
        && matches(part + 1, names, name + 1, atEnd);
  }
}
