package io.spackle.jobs.manifest;

import io.spackle.row.Redaction;
import io.spackle.sink.HadoopFiles;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The files of a manifest as one listing shows them; hidden ones are left out, as by Spark. */
final class ListedFiles {

  private ListedFiles() {}

  /**
   * Lists a file, or the files in a folder or in what a pattern matches; not those in folders
   * below.
   *
   * @throws FileNotFoundException if there is no such file or folder. A pattern may match nothing,
   *     and a folder of an object store does not exist while it is empty
   */
  static List<FileStatus> of(String location, Configuration hadoop) throws IOException {
    Path pattern = new Path(location);
    FileSystem system = pattern.getFileSystem(hadoop);
    FileStatus[] matches = system.globStatus(pattern);
    if (matches == null) {
      if (HadoopFiles.isObjectStore(system)) {
        return List.of();
      }
      throw new FileNotFoundException(Redaction.redacted(location) + " does not exist");
    }
    List<FileStatus> files = new ArrayList<>();
    for (FileStatus match : matches) {
      boolean isNamed = match.getPath().getName().equals(pattern.getName());
      if (isNamed || !isHidden(match)) {
        add(match, system, files);
      }
    }
    return files;
  }

  private static void add(FileStatus match, FileSystem system, List<FileStatus> files)
      throws IOException {
    if (match.isFile()) {
      files.add(match);
      return;
    }
    for (FileStatus file : system.listStatus(match.getPath())) {
      if (file.isFile() && !isHidden(file)) {
        files.add(file);
      }
    }
  }

  private static boolean isHidden(FileStatus file) {
    String name = file.getPath().getName();
    return name.startsWith(".") || name.startsWith("_") || name.endsWith("._COPYING_");
  }
}
