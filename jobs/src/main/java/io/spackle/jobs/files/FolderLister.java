package io.spackle.jobs.files;

import io.spackle.jobs.files.FileTree.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.util.Iterator;

/** Lists one folder of a file system, without its contents in memory. */
interface FolderLister {

  /**
   * An entry of a folder.
   *
   * @param location an absolute path on the local file system, a URI on others
   * @param version the {@link io.spackle.source.FileVersion} of a file; null for folders, or if it
   *     is unknown
   */
  record Child(String name, String location, Kind kind, String version) {}

  /** The entries of an open folder, in any order; to be closed. */
  interface Children extends Iterator<Child>, Closeable {}

  /**
   * Opens a folder.
   *
   * @throws java.nio.file.AccessDeniedException or Hadoop's exception if it cannot be listed
   */
  Children open(String location) throws IOException;
}
