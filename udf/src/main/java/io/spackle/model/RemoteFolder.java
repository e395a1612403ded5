package io.spackle.model;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.EtagSource;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/** A folder tree of a Hadoop file system. */
record RemoteFolder(FileSystem fileSystem, Path path) {

  /** The folder at a URI. */
  static RemoteFolder of(String location, Configuration hadoop) throws IOException {
    Path path = new Path(location);
    return new RemoteFolder(path.getFileSystem(hadoop), path);
  }

  /** The last part of its path. */
  String name() {
    return path.getName().isEmpty() ? "model" : path.getName();
  }

  /** The size of all its files in bytes. */
  long bytes() throws IOException {
    return files().stream().mapToLong(FileStatus::getLen).sum();
  }

  /**
   * A text that changes when the files change, without reading them: names, lengths, and
   * modification times or, if the store has them, content tags.
   */
  String listing() throws IOException {
    return files().stream()
        .sorted(Comparator.comparing(FileStatus::getPath))
        .map(file -> file.getPath() + " " + file.getLen() + " " + version(file))
        .collect(Collectors.joining("\n"));
  }

  /** Copies the tree to a local folder, which must not exist. */
  void copyTo(java.nio.file.Path local) throws IOException {
    FileUtil.copy(fileSystem, path, local.toFile(), false, fileSystem.getConf());
  }

  @Override
  public String toString() {
    return path.toString();
  }

  private List<FileStatus> files() throws IOException {
    List<FileStatus> files = new ArrayList<>();
    RemoteIterator<? extends FileStatus> found = fileSystem.listFiles(path, true);
    while (found.hasNext()) {
      files.add(found.next());
    }
    if (files.isEmpty()) {
      throw new FileNotFoundException("no files found in " + path + ", a model folder expected");
    }
    return files;
  }

  private static String version(FileStatus file) {
    String tag = file instanceof EtagSource tagged ? tagged.getEtag() : null;
    return tag == null ? String.valueOf(file.getModificationTime()) : tag;
  }
}
