package io.spackle.jobs.export;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spackle.conf.RefusedException;
import io.spackle.jobs.files.AtomicFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * The folder of a data set. {@code dataset.json} is in it exactly while the data set is complete.
 *
 * @param root its URI
 */
record ExportFolder(Path root, AtomicFiles files) {

  private static final String MARKER = "dataset.json";

  /** The folder of intermediate results, which shows that an export was interrupted. */
  private static final String WORK = AtomicFiles.HIDDEN + "export";

  /** The folder at a location, whether it exists or not. */
  static ExportFolder of(String location, Configuration hadoop) throws IOException {
    Path path = new Path(location);
    AtomicFiles files = AtomicFiles.of(path, hadoop);
    return new ExportFolder(files.system().makeQualified(path), files);
  }

  /** The folder of intermediate results. */
  Path work() {
    return new Path(root, WORK);
  }

  /**
   * Makes the folder incomplete.
   *
   * @throws RefusedException if it holds something else than an earlier export
   */
  void begin() throws IOException {
    FileSystem system = files.system();
    boolean isEmpty = !system.exists(root) || system.listStatus(root).length == 0;
    Path marker = new Path(root, MARKER);
    if (!isEmpty && !system.exists(marker) && !system.exists(work())) {
      throw new RefusedException(
          "--to %s is not empty and holds no earlier export: name another folder".formatted(root));
    }
    system.mkdirs(work());
    system.delete(marker, false);
    for (FileStatus file : system.listStatus(root)) {
      if (isList(file.getPath().getName())) {
        system.delete(file.getPath(), false);
      }
    }
  }

  /** Writes a list. */
  void write(String name, String content) throws IOException {
    files.write(new Path(root, name), content.getBytes(UTF_8), root);
  }

  /** The paths of the files of samples, below the root. */
  List<String> samples() throws IOException {
    List<String> paths = new ArrayList<>();
    int start = root.toString().length() + 1;
    RemoteIterator<LocatedFileStatus> found = files.system().listFiles(root, true);
    while (found.hasNext()) {
      String path = found.next().getPath().toString().substring(start);
      if (!path.startsWith(AtomicFiles.HIDDEN) && !isList(path)) {
        paths.add(path);
      }
    }
    return paths;
  }

  /** Deletes a file of an earlier export. */
  void delete(String path) throws IOException {
    files.system().delete(new Path(root, path), false);
  }

  /**
   * Makes the folder complete.
   *
   * @param description for {@code dataset.json}
   */
  void end(String description) throws IOException {
    write(MARKER, description); // staged in the folder that is deleted next
    files.system().delete(work(), true);
  }

  private static boolean isList(String path) {
    return path.matches("[^/]+_pairs\\.txt|[^/]+\\.jsonl");
  }
}
