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
 * An ONNX file with the files that its tensors lie in, checked without loading it.
 *
 * @param external the files with its tensors, all within its folder
 * @param problems what is wrong with it; none for a file that may be opened
 */
public record OnnxFileCheck(SortedSet<Path> external, List<String> problems) {

  private static final String GIT_LFS = "version https://git-lfs";

  /**
   * Checks a file.
   *
   * @param model an existing file
   * @param name what problems call it
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
    String tensors = name + ": its tensors lie in '" + location + "'";
    Path folder = model.toAbsolutePath().getParent();
    Path file;
    try {
      file = folder.resolve(location).normalize();
    } catch (InvalidPathException e) {
      problems.add(tensors + ", expected the name of a file beside it: export it again");
      return;
    }
    // The name is checked before the disk is asked, so that a hostile one does not tell what exists
    // elsewhere.
    if (Path.of(location).isAbsolute() || !file.startsWith(folder) || file.equals(folder)) {
      problems.add(
          tensors + ", outside its own folder; expected a file beside it: export it again");
    } else if (!Files.isRegularFile(file)) {
      problems.add(tensors + ", and there is no such file: copy it beside the graph");
    } else if (!file.toRealPath().startsWith(folder.toRealPath())) {
      problems.add(
          tensors
              + ", a link to a place outside its own folder: copy the bundle with its links resolved (cp -rL)");
    } else if (isGitLfsPointer(file)) {
      problems.add(tensors + ", which is a git-lfs pointer: run 'git lfs pull'");
    } else {
      external.add(file);
    }
  }
}
