package io.spackle.onnx;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The result of checking an ONNX file and its external data without loading it.
 *
 * @param external the files with its external tensors, all inside its folder
 * @param problems the problems found; empty if the file can be opened
 */
public record OnnxFileCheck(SortedSet<Path> external, List<String> problems) {

  private static final String GIT_LFS = "version https://git-lfs";

  /**
   * Checks a file.
   *
   * @param model an existing file
   * @param name the name of the file in problems
   */
  public static OnnxFileCheck check(Path model, String name) {
    SortedSet<Path> external = new TreeSet<>();
    SortedSet<String> problems = new TreeSet<>();
    try {
      if (isGitLfsPointer(model)) {
        problems.add(
            name + ": is a git-lfs pointer, expected the graph itself: run 'git lfs pull'");
      } else if (Files.size(model) == 0) {
        problems.add(name + ": is empty, expected an ONNX graph: export or copy it again");
      } else {
        for (String location : ExternalData.locations(model)) {
          checkLocation(model, name, location, external, problems);
        }
      }
    } catch (IOException e) {
      problems.add(name + ": expected an ONNX graph, export or copy it again: " + e.getMessage());
    }
    return new OnnxFileCheck(external, List.copyOf(problems));
  }

  /** Whether a file is a git-lfs pointer instead of the content that it refers to. */
  public static boolean isGitLfsPointer(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] start = in.readNBytes(GIT_LFS.length());
      return new String(start, StandardCharsets.US_ASCII).equals(GIT_LFS);
    }
  }

  private static void checkLocation(
      Path model,
      String name,
      String location,
      SortedSet<Path> external,
      SortedSet<String> problems)
      throws IOException {
    String tensors = name + ": its tensors are in '" + location + "'";
    Path folder = model.toAbsolutePath().getParent();
    Path file;
    try {
      file = folder.resolve(location).normalize();
    } catch (InvalidPathException e) {
      problems.add(tensors + ", expected the name of a file next to it: export it again");
      return;
    }
    // The name is checked before the disk is accessed, so that a hostile one does not reveal which
    // files exist elsewhere.
    if (Path.of(location).isAbsolute() || !file.startsWith(folder) || file.equals(folder)) {
      problems.add(tensors + ", outside its folder; expected a file next to it: export it again");
    } else if (!Files.isRegularFile(file)) {
      problems.add(tensors + ", which does not exist: copy it next to the graph");
    } else if (!file.toRealPath().startsWith(folder.toRealPath())) {
      problems.add(
          tensors
              + ", a link to a file outside its folder: copy the bundle with links resolved (cp -rL)");
    } else if (isGitLfsPointer(file)) {
      problems.add(tensors + ", which is a git-lfs pointer: run 'git lfs pull'");
    } else {
      external.add(file);
    }
  }
}
