package io.spackle.jobs;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.Path;

/**
 * A folder on any file system as local files: itself, or a copy that is deleted when closed.
 *
 * @param path qualified URI of the folder
 * @param local its files, in a folder of the same name
 * @param temporary what to delete, or null
 */
record ModelFolder(Path path, java.nio.file.Path local, File temporary) implements AutoCloseable {

  /**
   * Makes a folder local.
   *
   * @throws IOException if it cannot be reached; nothing is left behind then
   */
  static ModelFolder open(String location, Configuration hadoop) throws IOException {
    Path given = new Path(location);
    FileSystem fileSystem = given.getFileSystem(hadoop);
    Path path = fileSystem.makeQualified(given);
    if (path.toUri().getScheme().equals("file")) {
      return new ModelFolder(path, java.nio.file.Path.of(path.toUri().getPath()), null);
    }
    File temporary = Files.createTempDirectory("spackle-model").toFile();
    File copy = new File(temporary, path.getName());
    try {
      if (!FileUtil.copy(fileSystem, path, copy, false, hadoop)) {
        throw new IOException("cannot copy " + path + " to " + copy);
      }
    } catch (IOException e) {
      FileUtil.fullyDelete(temporary);
      throw e;
    }
    return new ModelFolder(path, copy.toPath(), temporary);
  }

  @Override
  public void close() {
    if (temporary != null) {
      FileUtil.fullyDelete(temporary);
    }
  }
}
