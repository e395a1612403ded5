package io.spackle.jobs.manifest;

import io.spackle.jobs.files.FileTree;
import io.spackle.sink.HadoopFiles;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * The files of one folder of a data set, by their names and by their names without extension.
 *
 * @param folder an absolute path if it is local, else a URI
 * @param names paths below the folder
 * @param byStem the same, by path without extension
 */
record PairFiles(String folder, Set<String> names, Map<String, List<String>> byStem)
    implements Serializable {

  /**
   * Lists a folder with its subfolders; files whose names start with a dot are ignored.
   *
   * @throws FileNotFoundException if there is no such folder
   */
  static PairFiles in(Path folder, Configuration hadoop) throws IOException {
    FileSystem files = HadoopFiles.withoutChecksums(folder, hadoop);
    Path qualified = files.makeQualified(folder);
    String root = qualified.toString();
    Set<String> names = new HashSet<>();
    Map<String, List<String>> byStem = new HashMap<>();
    RemoteIterator<LocatedFileStatus> found = files.listFiles(folder, true);
    while (found.hasNext()) {
      Path file = found.next().getPath();
      String name = file.toString().substring(root.length() + 1);
      if (!file.getName().startsWith(".") && names.add(name)) {
        byStem.computeIfAbsent(stem(name), stem -> new ArrayList<>(1)).add(name);
      }
    }
    return new PairFiles(FileTree.location(qualified), names, byStem);
  }

  /** A path without the extension of its file. */
  static String stem(String name) {
    int dot = name.lastIndexOf('.');
    return dot > name.lastIndexOf('/') + 1 ? name.substring(0, dot) : name;
  }

  /**
   * The file of a name with or without its extension; empty if there is none, or several.
   *
   * @param name may start with the name of the folder
   */
  Optional<String> find(String name) {
    String start = folder.substring(folder.lastIndexOf('/') + 1) + "/";
    String inside = name.startsWith(start) ? name.substring(start.length()) : name;
    return Stream.of(name, inside)
        .flatMap(path -> names.contains(path) ? Stream.of(path) : only(path).stream())
        .findFirst();
  }

  /** The mask of a person, named as the person or with {@code _mask} added. */
  Optional<String> findMask(String person) {
    return only(stem(person) + "_mask").or(() -> only(stem(person)));
  }

  /** A name without its extension, if that still tells it from the other files. */
  String label(String name) {
    return byStem.getOrDefault(stem(name), List.of()).size() > 1 ? name : stem(name);
  }

  /** The location of a file in this folder, whether it exists or not. */
  String location(String name) {
    return folder + "/" + name;
  }

  private Optional<String> only(String stem) {
    List<String> found = byStem.getOrDefault(stem, List.of());
    return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
  }
}
