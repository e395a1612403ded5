package io.spackle.report;

import io.spackle.pipeline.PreviewWriter;
import io.spackle.row.Sha256;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The previews that executors write for some rows: {@code report/previews/<file prefix>.jpg}, each
 * a {@link io.spackle.codec.Triptych}.
 */
final class PreviewFiles {

  private static final String EXTENSION = ".jpg";

  private final FileSystem files;
  private final Map<String, Path> byPrefix;

  private PreviewFiles(FileSystem files, Map<String, Path> byPrefix) {
    this.files = files;
    this.byPrefix = byPrefix;
  }

  /**
   * Chooses previews of an output, in pseudo-random order that is the same each time.
   *
   * @param folder need not exist
   * @param max maximum number of previews
   */
  static PreviewFiles in(Path folder, FileSystem files, int max) throws IOException {
    Map<String, Path> chosen =
        Arrays.stream(list(folder, files))
            .map(FileStatus::getPath)
            .filter(path -> path.getName().endsWith(EXTENSION))
            .sorted(Comparator.comparing(path -> Sha256.hex(path.getName())))
            .limit(max)
            .collect(
                Collectors.toMap(
                    PreviewFiles::prefix, path -> path, (one, same) -> one, TreeMap::new));
    return new PreviewFiles(files, chosen);
  }

  /** The file prefixes of the chosen rows, as in their meta rows. */
  Set<String> prefixes() {
    return byPrefix.keySet();
  }

  /** Reads a preview, a JPEG file. */
  byte[] read(String prefix) throws IOException {
    try (InputStream in = files.open(byPrefix.get(prefix))) {
      return in.readAllBytes();
    }
  }

  /** Reads the reference image of a row, a JPEG file; empty if there is none. */
  Optional<byte[]> readReference(String prefix) throws IOException {
    Path file = new Path(byPrefix.get(prefix).getParent(), prefix + PreviewWriter.REFERENCE);
    try (InputStream in = files.open(file)) {
      return Optional.of(in.readAllBytes());
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }

  private static FileStatus[] list(Path folder, FileSystem files) throws IOException {
    try {
      return files.listStatus(folder);
    } catch (FileNotFoundException e) {
      return new FileStatus[0];
    }
  }

  private static String prefix(Path path) {
    String name = path.getName();
    return name.substring(0, name.length() - EXTENSION.length());
  }
}
