package io.spackle.sink;

import java.io.IOException;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumFileSystem;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/** Properties of Hadoop file systems that decide how files are written. */
public final class HadoopFiles {

  /** Not Azure's schemes: Azure shows a file while it is written, and renames atomically. */
  private static final Set<String> OBJECT_STORES = Set.of("s3a", "s3", "gs");

  private HadoopFiles() {}

  /**
   * Whether a file system is an object store: an object appears completely or not at all when its
   * stream closes, and a rename is a copy that others can observe and that replaces an existing
   * object.
   */
  public static boolean isObjectStore(FileSystem files) {
    return OBJECT_STORES.contains(files.getUri().getScheme());
  }

  /**
   * The file system of a path without Hadoop's checksums of local files, which would add a {@code
   * .crc} file for each file.
   */
  public static FileSystem withoutChecksums(Path path, Configuration hadoop) throws IOException {
    FileSystem files = path.getFileSystem(hadoop);
    if (files instanceof LocalFileSystem) {
      return LocalFiles.of(hadoop);
    }
    return files instanceof ChecksumFileSystem checked ? checked.getRawFileSystem() : files;
  }
}
