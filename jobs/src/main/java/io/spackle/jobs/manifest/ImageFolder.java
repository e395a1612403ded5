package io.spackle.jobs.manifest;

import io.spackle.conf.RefusedException;
import io.spackle.jobs.files.FileTree;
import io.spackle.jobs.files.FileTree.Entry;
import io.spackle.jobs.files.FileTree.Visit;
import io.spackle.jobs.files.RealPaths;
import io.spackle.row.Redaction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.SparkSession;

/**
 * A folder of files, or the part of one that a pattern selects.
 *
 * @param root the folder as a URI; for a pattern the longest path before its first special
 *     character
 * @param pattern of paths below the root
 */
record ImageFolder(Path root, FolderPattern pattern) {

  /** Folders that other programs make for themselves. */
  private static final Set<String> FOREIGN =
      Set.of("@eaDir", "__MACOSX", "$RECYCLE.BIN", "System Volume Information", "lost+found");

  /**
   * Resolves a location. One that exists is no pattern, whatever characters it has.
   *
   * @throws RefusedException if it is no pattern
   */
  static ImageFolder of(String key, String location, Configuration hadoop) throws IOException {
    Path qualified = RealPaths.qualified(new Path(location), hadoop);
    FileSystem files = qualified.getFileSystem(hadoop);
    List<String> pattern = new ArrayList<>();
    if (!files.exists(qualified)) {
      for (Path at = qualified; at.getParent() != null && hasSpecial(at); at = at.getParent()) {
        pattern.add(at.getName());
        qualified = at.getParent();
      }
    }
    Collections.reverse(pattern);
    try {
      return new ImageFolder(qualified, new FolderPattern(pattern));
    } catch (IllegalArgumentException e) {
      throw new RefusedException(
          "spackle.%s %s is not a pattern: %s"
              .formatted(key, Redaction.redacted(location), e.getMessage()));
    }
  }

  private static boolean hasSpecial(Path path) {
    return FolderPattern.isSpecial(path.toUri().getPath());
  }

  /**
   * Fails unless the folder exists.
   *
   * @param key of the configuration that names it
   */
  void check(String key, Configuration hadoop) throws IOException {
    FileSystem files = root.getFileSystem(hadoop);
    if (!files.exists(root)) {
      throw new RefusedException(
          "spackle.%s: the folder %s does not exist".formatted(key, location()));
    }
    if (!files.getFileStatus(root).isDirectory()) {
      throw new RefusedException(
          "spackle.%s: %s is a file, a folder or a pattern expected".formatted(key, location()));
    }
  }

  /**
   * The root as rows have locations: an absolute path on the local file system, a URI on others.
   */
  String location() {
    return FileTree.location(root);
  }

  /** Whether results in a folder would be among the files, or these among the results. */
  boolean overlaps(Path folder, Configuration hadoop) throws IOException {
    Path own = RealPaths.of(root, hadoop);
    Path other = RealPaths.of(folder, hadoop);
    return RealPaths.isBelow(own, other)
        || RealPaths.isBelow(other, own) && pattern.mayMatchBelow(RealPaths.relative(other, own));
  }

  /** The path of another folder below this one; null if it is elsewhere. */
  String pathOf(ImageFolder other, Configuration hadoop) throws IOException {
    Path own = RealPaths.of(root, hadoop);
    Path real = RealPaths.of(other.root, hadoop);
    return RealPaths.isBelow(real, own) ? RealPaths.relative(real, own) : null;
  }

  /**
   * All entries of the folders in which files may match the pattern.
   *
   * @param ignored path of a folder that is not entered, or null
   */
  JavaRDD<Entry> list(SparkSession spark, String ignored) {
    FolderPattern selected = pattern;
    return new FileTree(spark, root, path -> visit(path, selected, ignored)).list();
  }

  private static Visit visit(String path, FolderPattern selected, String ignored) {
    if (path.equals(ignored) || !selected.mayMatchBelow(path)) {
      return Visit.IGNORE;
    }
    String name = path.substring(path.lastIndexOf('/') + 1);
    return name.startsWith(".") || FOREIGN.contains(name) ? Visit.NAME : Visit.ENTER;
  }
}
