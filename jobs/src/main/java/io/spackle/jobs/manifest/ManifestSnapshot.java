package io.spackle.jobs.manifest;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * The files of a manifest at one moment, to notice that one changed while the job read it.
 *
 * @param states length and time of change, by path; none for sources that are no files
 */
public record ManifestSnapshot(Map<String, String> states) {

  /** The files that a path, folder or pattern names now. */
  public static ManifestSnapshot of(String location, Configuration hadoop) {
    Map<String, String> states = new TreeMap<>();
    try {
      Path path = new Path(location);
      FileSystem fileSystem = path.getFileSystem(hadoop);
      FileStatus[] matches = fileSystem.globStatus(path);
      for (FileStatus match : matches == null ? new FileStatus[0] : matches) {
        add(fileSystem, match.getPath(), states);
      }
    } catch (IOException | IllegalArgumentException e) {
      states.clear(); // reading the manifest will tell
    }
    return new ManifestSnapshot(states);
  }

  private static void add(FileSystem fileSystem, Path path, Map<String, String> states)
      throws IOException {
    RemoteIterator<LocatedFileStatus> files = fileSystem.listFiles(path, false);
    while (files.hasNext()) {
      FileStatus file = files.next();
      states.put(file.getPath().toString(), file.getLen() + " " + file.getModificationTime());
    }
  }
}
